import { API_VERSION, HOST_LABEL } from '../../api/marks.ts';
import { hostLabelValue } from '../../api/route-name.ts';
import type { RelatedRule } from '../../hooks/types.ts';
import { affectedHosts } from '../../istio/route-kinds.ts';
import type { VirtualService } from '../../istio/types.ts';
import { byText } from '../../k8s/canonical.ts';

/** The RouteInjections that concern a VirtualService: those of its `affectedHosts`. */
export function relatedInjections(
  virtualService: VirtualService,
  config: { clusterDomain: string },
): RelatedRule[] {
  const values = affectedHosts(virtualService, config.clusterDomain)
    .map(hostLabelValue)
    .sort(byText);
  // A rule without names and labels would ask for every injection of the cluster.
  if (values.length === 0) return [];
  return [
    {
      apiVersion: API_VERSION,
      resource: 'routeinjections',
      labelSelector: { matchExpressions: [{ key: HOST_LABEL, operator: 'In', values }] },
    },
  ];
}
