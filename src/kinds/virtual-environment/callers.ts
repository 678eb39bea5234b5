import { byText } from '../../k8s/canonical.ts';
import { longestFirst } from './levels.ts';
import type { LevelRules, ServiceVersions, Workload } from './types.ts';
import { versionOf } from './version-of.ts';

/** Most routes that inject the header in all Services together. A sync holds each of them twice, and has 16 MiB. */
const MAX_INJECTED = 10_000;

/**
 * Values of the label in the namespace whose workloads send the header: each of them has a route for each HTTP port of the Services
 * in `services`, which have versions. If that is too much, the shortest ones are left out, and told in `problems`.
 */
export function callersOf(
  { workloads }: { workloads: readonly Workload[] },
  services: readonly ServiceVersions[],
  { autoInject, label }: Pick<LevelRules, 'autoInject' | 'label'>,
  problems: string[],
): string[] {
  if (!autoInject) return [];
  const values = valuesIn({ workloads }, { label }).sort(longestFirst);
  const ports = services.reduce((sum, service) => sum + service.ports.length, 0);
  const most = Math.floor(MAX_INJECTED / Math.max(1, ports));
  if (values.length > most) {
    problems.push(
      `spec.envHeader.autoInject: only ${most} of ${values.length} values of the label are injected, because each needs a route on each of ${ports} ports, and there is room for ${MAX_INJECTED}: reduce the values, or let the callers send the header`,
    );
  }
  return values.slice(0, most);
}

/** The values of the label that workloads of the namespace carry. */
export function valuesIn(
  { workloads }: { workloads: readonly Workload[] },
  { label }: Pick<LevelRules, 'label'>,
): string[] {
  const values = workloads.flatMap((workload) => versionOf(workload, label) ?? []);
  return [...new Set(values)].sort(byText);
}
