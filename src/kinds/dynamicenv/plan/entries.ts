import { entryAt, entryHeaders, entryLink } from '../../../api/entry.ts';
import { MAX_SHARED } from '../../../api/entry-shape.ts';
import {
  API_VERSION,
  DYNAMIC_ENV_LABEL,
  ENTRY_LABEL,
  ENVS_ANNOTATION,
  HOST_LABEL,
} from '../../../api/marks.ts';
import { entryKey, hostLabelValue } from '../../../api/route-name.ts';
import type { RouteInjection } from '../../../api/routeinjection.ts';
import { resolveGateway } from '../../../istio/gateway-name.ts';
import { nameOf, namespaceOf } from '../../../istio/objects.ts';
import type { VirtualService } from '../../../istio/types.ts';
import { byText } from '../../../k8s/canonical.ts';
import { gatewaysOf, isEntryHere, listedFor } from '../../../virtualservice/routes/entrance.ts';
import { scopeOf } from '../../../virtualservice/routes/scope.ts';
import type { EnvContext } from '../context.ts';
import { cloneName, entryName } from './names.ts';
import { type EnvWorkload, envWorkloads } from './workloads.ts';

type Input = Pick<EnvContext, 'env' | 'view' | 'config'>;

/** The injections of the env's entries, not active yet. They name the first of the workloads. `host` and `link` of an entry are what its routes are made of. */
export function entryInjections(
  { env, view, config }: Input,
  workloads: readonly EnvWorkload[] = envWorkloads(env),
): RouteInjection[] {
  const { entries = [], istioMatches = [], ref } = env.spec;
  const headers = entryHeaders(env.spec, config.sourceRouteHeader);
  const [first] = workloads;
  if (headers === undefined || first === undefined) return [];
  const { name } = env.metadata;
  const { namespace, name: deployment } = first.workload;
  return entries.map(({ host }): RouteInjection => {
    const shared = sharing(virtualServicesAt(host, view.virtualServices(), config), host);
    const { isPlain } = entryAt(host, config.entryHosts);
    return {
      apiVersion: API_VERSION,
      kind: 'RouteInjection',
      metadata: {
        name: entryName(name, host),
        labels: {
          [HOST_LABEL]: hostLabelValue(entryKey(host)),
          [ENTRY_LABEL]: 'true',
          [DYNAMIC_ENV_LABEL]: 'true',
        },
        annotations: { [ENVS_ANNOTATION]: name },
      },
      spec: {
        env: name,
        envCreationTimestamp: env.metadata.creationTimestamp ?? '',
        deployment: { namespace, name: deployment },
        clone: cloneName(deployment, name),
        host: entryKey(host),
        from: [],
        matches: istioMatches,
        ...(ref === undefined ? {} : { ref }),
        entry: {
          host,
          link: entryLink(env),
          headers,
          ...(isPlain ? { plain: true } : {}),
          ...(shared.length === 0 ? {} : { shared }),
        },
        active: false,
      },
    };
  });
}

/** Those of the env's VirtualServices that decide about requests to the host at gateways. */
export function virtualServicesAt(
  host: string,
  virtualServices: readonly VirtualService[],
  config: Input['config'],
): VirtualService[] {
  return virtualServices.filter((one) => isEntryHere({ host }, scopeOf(one, config)));
}

/**
 * The VirtualServices that have one of their hosts and gateways in common with another one: Istio joins the routes of those. Of hosts
 * as they are written: a wildcard and a name are two virtual hosts.
 */
function sharing(all: readonly VirtualService[], host: string): string[] {
  const byPlace = new Map<string, VirtualService[]>();
  for (const one of all) {
    for (const place of new Set(placesOf(one, host))) {
      const list = byPlace.get(place) ?? [];
      byPlace.set(place, list);
      list.push(one);
    }
  }
  const several = [...byPlace.values()].filter((list) => list.length > 1).flat();
  return [...new Set(several.map(nameOf))].sort(byText).slice(0, MAX_SHARED);
}

function placesOf(one: VirtualService, host: string): string[] {
  const hosts = one.spec?.hosts ?? [];
  const gateways = one.spec?.gateways ?? [];
  const namespace = namespaceOf(one);
  const concerned = listedFor(host, hosts);
  return gatewaysOf({ gateways, namespace }).flatMap((gateway) =>
    concerned.map((own) => `${resolveGateway(gateway, namespace)} ${own}`),
  );
}

/** The address that leads a person to the env. */
export function linkTo({ spec }: RouteInjection, parameter: string): string {
  const { host = '', link = '', plain } = spec.entry ?? {};
  return `${plain ? 'http' : 'https'}://${host}/?${parameter}=${link}`;
}
