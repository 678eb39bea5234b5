import { fqdn } from '../istio/host.ts';
import { matchesSelector } from '../k8s/selector.ts';
import type { Service } from '../k8s/workload.ts';

export interface ServiceHost {
  service: string;
  namespace: string;
  /** Fully qualified. */
  host: string;
}

/**
 * The Services that send to both the base's and the clone's pods; one without a selector selects no pod, and
 * ExternalName means another host whatever its selector.
 */
export function servicesOf(
  services: readonly Service[],
  base: Record<string, string>,
  clone: Record<string, string>,
  clusterDomain: string,
): ServiceHost[] {
  return services
    .filter(({ spec }) => {
      const selector = spec?.selector ?? {};
      return (
        spec?.type !== 'ExternalName' &&
        Object.keys(selector).length > 0 &&
        matchesSelector({ matchLabels: selector }, base) &&
        matchesSelector({ matchLabels: selector }, clone)
      );
    })
    .map(({ metadata }) => {
      const namespace = metadata.namespace ?? '';
      const host = fqdn(metadata.name, namespace, clusterDomain);
      return { service: metadata.name, namespace, host };
    });
}
