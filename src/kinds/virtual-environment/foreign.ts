import { CONTROLLER_UID_LABEL } from '../../api/marks.ts';
import { boundTo, MESH } from '../../istio/gateway-name.ts';
import { fqdn } from '../../istio/host.ts';
import { compareAge } from '../../istio/objects.ts';
import type { DestinationRule, VirtualService } from '../../istio/types.ts';
import { exportGroup } from '../../istio/visibility.ts';
import { byText } from '../../k8s/canonical.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Observed } from './observed.ts';

/** Objects of others that concern a Service. */
export interface ForeignObjects {
  /** The VirtualService and the DestinationRule that have the Service's name. */
  virtualService?: VirtualService | undefined;
  rule?: DestinationRule | undefined;
  /** A VirtualService of another name that has the Service's host for the mesh, and that Istio prefers to the own one: it uses one alone. */
  preferred?: VirtualService | undefined;
  /** Names of further DestinationRules for the host. */
  moreRules: readonly string[];
}

/** Finds what concerns a Service. The index is made once for all Services. */
export function foreignObjects(
  { own, foreign }: Pick<Observed, 'own' | 'foreign'>,
  namespace: string,
  clusterDomain: string,
): (service: string) => ForeignObjects {
  const host = (name: string) => fqdn(name, namespace, clusterDomain);
  const routing = byHost([...foreign.virtualServices.values()], ({ spec }) =>
    boundTo(spec.gateways, namespace, MESH)
      ? // Istio ignores their case (separateVSHostsAndServices in `pilot/pkg/networking/core/route/route.go`).
        (spec.hosts ?? []).map((name) => hostOf(name.toLowerCase(), namespace, host))
      : [],
  );
  const rules = byHost([...foreign.rules.values()], ({ spec }) => [
    hostOf(spec.host, namespace, host),
  ]);
  return (service) => {
    const others = (routing.get(host(service)) ?? []).filter(
      ({ metadata }) => metadata.name !== service,
    );
    return {
      virtualService: foreign.virtualServices.get(service),
      rule: foreign.rules.get(service),
      preferred: others.find((other) =>
        isPreferred(other, own.virtualServices.get(service), namespace),
      ),
      moreRules: (rules.get(host(service)) ?? [])
        .map(({ metadata }) => metadata.name)
        .filter((name) => name !== service)
        .sort(byText),
    };
  };
}

/** In a list of hosts `name.namespace` is a host of its own, but a Service is reached by it, too. */
function hostOf(name: string, namespace: string, host: (name: string) => string): string {
  const [short = '', ...rest] = name.split('.');
  const isShort = rest.join('.') === namespace || rest.join('.') === `${namespace}.svc`;
  return host(isShort ? short : name);
}

function byHost<T extends KubeObject>(
  objects: readonly T[],
  hosts: (object: T) => readonly string[],
): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const object of [...objects].sort((a, b) => byText(a.metadata.name, b.metadata.name))) {
    for (const host of new Set(hosts(object))) {
      const known = found.get(host);
      if (known === undefined) found.set(host, [object]);
      else known.push(object);
    }
  }
  return found;
}

/**
 * Does a sidecar of the namespace use this VirtualService, and not the own one, which is for all namespaces? One that is for its own namespace only
 * comes first, however young it is; else the older one does (VirtualServicesForGateway in istio `pilot/pkg/model/push_context.go`).
 */
function isPreferred(
  other: VirtualService,
  own: VirtualService | undefined,
  namespace: string,
): boolean {
  const group = exportGroup(other, namespace);
  if (group !== 'public') return group === 'private';
  return own === undefined || compareAge(other, own) < 0;
}

/** Do these objects keep a Service from getting its own? */
export function isBlocked({ virtualService, rule, preferred }: ForeignObjects): boolean {
  return virtualService !== undefined || rule !== undefined || preferred !== undefined;
}

/** What is told about them, with what to do. `parent`: the VirtualEnvironment. */
export function foreignMessages(
  { virtualService, rule, preferred, moreRules }: ForeignObjects,
  parent: KubeObject,
): string[] {
  const taken = [virtualService, rule].flatMap((object) => object ?? []);
  const messages = taken.map(
    ({ kind, metadata }) =>
      `${kind} ${metadata.name} belongs to somebody else, so this Service gets no routes: delete or rename it, or hand it over with the label ${CONTROLLER_UID_LABEL}=${parent.metadata.uid}`,
  );
  if (preferred !== undefined) {
    messages.push(
      `VirtualService ${preferred.metadata.name} has this host already, and Istio prefers it, because it is older or (by exportTo) for its own namespace only: delete it, or take the host out of it`,
    );
  }
  if (moreRules.length > 0) {
    messages.push(
      `there are other DestinationRules for this host (${moreRules.slice(0, 3).join(', ')}): Istio merges their subsets, and uses only the oldest traffic policy`,
    );
  }
  return messages;
}

/** Does a DestinationRule have all these subsets? */
export function hasSubsets(rule: DestinationRule | undefined, names: ReadonlySet<string>): boolean {
  const present = new Set((rule?.spec.subsets ?? []).map(({ name }) => name));
  return [...names].every((name) => present.has(name));
}
