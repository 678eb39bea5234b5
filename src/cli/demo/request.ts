import { evaluate } from '../../istio/evaluate.ts';
import type { DestinationRule, VirtualService } from '../../istio/types.ts';
import type { Service } from '../../k8s/workload.ts';
import type { Cluster } from '../../simulator/cluster.ts';

const DOMAIN = 'cluster.local';

/** The version that answers a GET from inside the mesh, by Istio's rules and the objects in the cluster. */
export function answeringVersion(
  cluster: Cluster,
  { service, namespace }: { service: string; namespace: string },
  headers: Record<string, string>,
): string {
  const host = `${service}.${namespace}.svc.${DOMAIN}`;
  const outcome = evaluate(
    {
      host,
      method: 'GET',
      scheme: 'http',
      authority: service,
      path: '/',
      headers,
      gateway: 'mesh',
      sourceNamespace: namespace,
    },
    {
      clusterDomain: DOMAIN,
      virtualServices: cluster.list<VirtualService>('VirtualService'),
      destinationRules: cluster.list<DestinationRule>('DestinationRule'),
      services: cluster.list<Service>('Service').map(({ metadata, spec }) => ({
        host: `${metadata.name}.${metadata.namespace}.svc.${DOMAIN}`,
        namespace: metadata.namespace ?? '',
        ...(spec?.selector === undefined ? {} : { selector: spec.selector }),
      })),
    },
  );
  if (outcome.kind !== 'destinations') return outcome.kind;
  return outcome.destinations
    .map(({ labels, unavailable }) => unavailable ?? labels?.['version'] ?? 'any')
    .join(', ');
}
