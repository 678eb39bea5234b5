import { ROLLOUT_ANNOTATION } from '../../../api/marks.ts';
import { matchesSelector } from '../../../k8s/selector.ts';
import type { Deployment, Service } from '../../../k8s/workload.ts';

/**
 * Argo Rollouts adds this label to its pods, and to the selectors of the Services that it manages
 * (https://argo-rollouts.readthedocs.io/en/stable/features/bluegreen/).
 */
export const ROLLOUT_HASH = 'rollouts-pod-template-hash';

/** The Services that an Argo Rollout manages, and that would select these pods if their selectors lacked its hash. */
export function rolloutServices(
  services: readonly Service[],
  pods: Record<string, string>,
): Service[] {
  return services.filter(({ metadata, spec }) => {
    if (metadata.annotations?.[ROLLOUT_ANNOTATION] === undefined) return false;
    const { [ROLLOUT_HASH]: _hash, ...matchLabels } = spec?.selector ?? {};
    return Object.keys(matchLabels).length > 0 && matchesSelector({ matchLabels }, pods);
  });
}

export function rolloutText({ metadata }: Service): string {
  const rollout = metadata.annotations?.[ROLLOUT_ANNOTATION];
  return `Service ${metadata.namespace}/${metadata.name} is managed by the Argo Rollout ${rollout}`;
}

/**
 * A warning if a base has no pods of its own: it may only be the template of a Rollout (`workloadRef`, which scales it to
 * zero: https://argo-rollouts.readthedocs.io/en/stable/migrating/).
 */
export function withoutPods(
  { metadata, spec }: Deployment,
  services: readonly Service[],
): string | undefined {
  if (spec.replicas !== 0) return undefined;
  const none = `Deployment ${metadata.namespace}/${metadata.name} has no pods (replicas: 0)`;
  const [managed] = rolloutServices(services, spec.template.metadata?.labels ?? {});
  return managed === undefined
    ? `${none}: regular requests find none, unless an Argo Rollout runs them by its template (workloadRef)`
    : `${none}; ${rolloutText(managed)}, which runs them by its template (workloadRef): a clone follows the Deployment, not the Rollout's steps`;
}
