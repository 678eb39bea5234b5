import { API_VERSION, ENTRY_LABEL, HOST_LABEL } from '../../api/marks.ts';
import { entryKey, hostLabelValue } from '../../api/route-name.ts';
import type { RelatedRule } from '../../hooks/types.ts';
import { MESH } from '../../istio/gateway-name.ts';
import { isWildcardHost } from '../../istio/host.ts';
import { affectedHosts } from '../../istio/route-kinds.ts';
import type { VirtualService } from '../../istio/types.ts';
import { byText } from '../../k8s/canonical.ts';

/**
 * The RouteInjections that concern a VirtualService: those of its `affectedHosts`; and if it is bound to a gateway, the entries of its own
 * hosts. A wildcard may be the host of any entry (see `readInjections`).
 */
export function relatedInjections(
  virtualService: VirtualService,
  config: { clusterDomain: string },
): RelatedRule[] {
  const entered = enteredHosts(virtualService);
  const named = entered.filter((host) => !isWildcardHost(host)).map(entryKey);
  const values = [...affectedHosts(virtualService, config.clusterDomain), ...named]
    .map(hostLabelValue)
    .sort(byText);
  const all = { matchExpressions: [{ key: ENTRY_LABEL, operator: 'Exists' as const }] };
  return [
    ...injections(values),
    ...(entered.some(isWildcardHost)
      ? [{ apiVersion: API_VERSION, resource: 'routeinjections', labelSelector: all }]
      : []),
  ];
}

/** The hosts by which people may come in: those of a VirtualService at a gateway. */
function enteredHosts({ spec }: VirtualService): string[] {
  const isBound = textsIn(spec?.gateways).some((name) => name !== MESH);
  return isBound ? [...new Set(textsIn(spec?.hosts).map((host) => host.toLowerCase()))] : [];
}

/** The object may have any shape here: `readInjections` refuses one that cannot be read. */
function textsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}

function injections(values: readonly string[]): RelatedRule[] {
  // A rule without names and labels would ask for every injection of the cluster.
  if (values.length === 0) return [];
  return [
    {
      apiVersion: API_VERSION,
      resource: 'routeinjections',
      labelSelector: {
        matchExpressions: [{ key: HOST_LABEL, operator: 'In', values: [...values] }],
      },
    },
  ];
}
