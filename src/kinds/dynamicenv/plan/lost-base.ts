import type { Service } from '../../../k8s/workload.ts';
import { injectionBaseKey, type Observed } from '../observed.ts';
import { type EnvService, servicesOf } from './services.ts';
import type { EnvWorkload } from './workloads.ts';

/**
 * The Services that sent requests to a base that is gone. It had the clone's labels, except for the version and those that `podLabels`
 * set. Whether it had one of those is known only for hosts that the env already has an injection for.
 */
export function servicesOfLostBase(
  services: readonly Service[],
  { workload, key }: EnvWorkload,
  clone: Readonly<Record<string, string>>,
  version: Record<string, string>,
  observed: Observed,
  clusterDomain: string,
): EnvService[] {
  const { podLabels = {} } = workload;
  const own = Object.entries(clone).filter(([name]) => !Object.hasOwn(podLabels, name));
  const known = new Set([
    ...servicesOf(services, { ...Object.fromEntries(own), ...version }, clone, clusterDomain).map(
      ({ host }) => host,
    ),
    ...observed.injections
      .filter((injection) => injectionBaseKey(injection) === key)
      .map(({ spec }) => spec.host),
  ]);
  return servicesOf(services, { ...clone, ...version }, clone, clusterDomain).filter(({ host }) =>
    known.has(host),
  );
}
