import type { Environment, EnvironmentStatus } from '../../api/environment.ts';
import type { Refusal } from '../../crd/refusal.ts';
import type { ObjectMap } from '../../hooks/types.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { missingGroups } from '../../mesh/related-groups.ts';
import { chainOf } from '../../overlay/chain.ts';
import { RELATED_TO_ENVIRONMENT } from './customize.ts';
import { isInUse } from './in-use.ts';
import { environmentStatus } from './status.ts';

/**
 * The status of an Environment of any shape. A refusal when a group was not sent: the status must not claim that nobody uses it.
 * `refusals`: what the API server would refuse of its spec.
 */
export function syncEnvironment(
  object: KubeObject,
  related: ObjectMap,
  refusals: readonly Refusal[],
  now: Date,
): EnvironmentStatus | Refusal {
  const absent = missingGroups(RELATED_TO_ENVIRONMENT, related);
  if (absent.length > 0) return notSent(absent);
  const { name } = object.metadata;
  // The object itself is newer than the copy of it among the related ones.
  const environments = { ...related['Environment.riskified.com/v1alpha1'], [name]: object };
  const envs = related['DynamicEnv.riskified.com/v1alpha1'] ?? {};
  const observed = {
    refusals,
    chain: chainOf(name, environments),
    inUse: isInUse(name, environments, envs),
  };
  return environmentStatus(object as Environment, observed, now);
}

function notSent(groups: readonly string[]): Refusal {
  return {
    reason: 'NotSent',
    message: `these kinds were not sent: ${groups.join(', ')}. Check that the controller environment has its customize hook`,
  };
}
