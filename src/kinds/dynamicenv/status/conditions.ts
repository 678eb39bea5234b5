import type { Condition, ConditionType } from '../../../api/dynamicenv.ts';
import { condition, type Finding } from '../../../k8s/condition.ts';
import { secondsLeft } from '../../../k8s/time.ts';
import type { EnvContext } from '../context.ts';

/** Writes the conditions of a living env, with times from its previous status. */
export function conditionWriter({ env, now }: Pick<EnvContext, 'env' | 'now'>) {
  return (type: ConditionType, finding: Finding): Condition =>
    condition(type, finding, env.status?.conditions, env.metadata.generation, now);
}

/** Seconds until a condition has been true for the settle time; undefined when it is not true. */
export function settlingSeconds(
  { status, lastTransitionTime }: Condition,
  settleSeconds: number,
  now: Date,
): number | undefined {
  return status === 'True' ? secondsLeft(lastTransitionTime, settleSeconds, now) : undefined;
}

/** Was the env `Ready` with its present spec? */
export function wasReady({ env: { metadata, status } }: Pick<EnvContext, 'env'>): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === metadata.generation;
}
