import { virtualServiceExport } from './delegates.ts';
import { boundTo, proxyNamespace } from './gateway-name.ts';
import type { HttpRequest } from './match-request.ts';
import { compareAge, namespaceOf } from './objects.ts';
import type { VirtualService } from './types.ts';

const GROUPS = ['private', 'named', 'public', 'hidden'] as const;

/** How a VirtualService is exported to a namespace: only to its own namespace, by name, to all, or not at all. */
export type ExportGroup = (typeof GROUPS)[number];

type Proxied = Pick<HttpRequest, 'gateway' | 'port' | 'sourceLabels' | 'sourceNamespace'>;

/**
 * The VirtualServices a proxy gets, in the order of precedence: private ones of its own namespace, then those exported
 * to it by name, then the public ones; each group by age.
 * Source: initVirtualServices and VirtualServicesForGateway in istio `pilot/pkg/model/push_context.go`,
 * SelectVirtualServices in `virtualservice.go`.
 */
export function visibleTo(
  proxy: Proxied,
  virtualServices: readonly VirtualService[],
): readonly VirtualService[] {
  const namespace = proxyNamespace(proxy);
  const group = (vs: VirtualService) => GROUPS.indexOf(exportGroup(vs, namespace));
  return virtualServices
    .filter((vs) => vs.spec.hosts?.length && exportGroup(vs, namespace) !== 'hidden')
    .filter((vs) => boundTo(vs.spec.gateways, namespaceOf(vs), proxy.gateway))
    .sort((a, b) => group(a) - group(b) || compareAge(a, b));
}

export function exportGroup(vs: VirtualService, namespace: string): ExportGroup {
  const targets = virtualServiceExport(vs);
  if (targets.has('*')) return 'public';
  if (targets.has('~') || !targets.has(namespace)) return 'hidden';
  return namespaceOf(vs) === namespace ? 'private' : 'named';
}
