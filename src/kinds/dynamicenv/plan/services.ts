import { fqdn } from '../../../istio/host.ts';
import { matchesSelector } from '../../../k8s/selector.ts';
import type { Service } from '../../../k8s/workload.ts';

export interface EnvService {
  service: string;
  namespace: string;
  /** Fully qualified. */
  host: string;
  /**
   * Sidecars send to the address that the caller looked up (istio `pilot/pkg/networking/core/cluster.go`,
   * convertResolution), whatever the subset.
   */
  isHeadless?: true;
}

/** The Services that send to both the base's and the clone's pods. */
export function servicesOf(
  services: readonly Service[],
  base: Readonly<Record<string, string>>,
  clone: Readonly<Record<string, string>>,
  clusterDomain: string,
): EnvService[] {
  return services
    .filter((service) => selects(service, base) && selects(service, clone))
    .map(({ metadata, spec }) => {
      const namespace = metadata.namespace ?? '';
      const host = fqdn(metadata.name, namespace, clusterDomain);
      const headless = spec?.clusterIP === 'None' ? { isHeadless: true as const } : {};
      return { service: metadata.name, namespace, host, ...headless };
    });
}

/** The Services that send to pods with these labels. */
export function servicesSelecting(
  services: readonly Service[],
  labels: Readonly<Record<string, string>>,
): Service[] {
  return services.filter((service) => selects(service, labels));
}

/**
 * The name by which messages select a workload without a Service. A Deployment's name may have dots, and more than the 63 characters of a Service's: messages can
 * name only what could be a Service.
 */
export function asServiceName(deployment: string): string {
  return deployment.replaceAll('.', '-').slice(0, 63).replace(/-+$/, '');
}

/** The Services that would send to the clone's pods although they do not send to the base's. */
export function cloneOnlyServices(
  services: readonly Service[],
  base: Readonly<Record<string, string>>,
  clone: Readonly<Record<string, string>>,
): Service[] {
  return services.filter((service) => !selects(service, base) && selects(service, clone));
}

/** A Service without a selector selects nothing (somebody writes its endpoints). ExternalName is an alias for another host. */
function selects({ spec }: Service, labels: Record<string, string>): boolean {
  const selector = spec?.selector ?? {};
  return (
    spec?.type !== 'ExternalName' &&
    Object.keys(selector).length > 0 &&
    matchesSelector({ matchLabels: selector }, labels)
  );
}
