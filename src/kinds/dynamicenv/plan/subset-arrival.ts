import { CLONE_LABEL } from '../../../api/marks.ts';
import { unreadableOf } from '../../../api/unreadable.ts';
import type { DestinationRule } from '../../../istio/types.ts';
import { jsonEqual } from '../../../k8s/canonical.ts';
import { secondsLeft } from '../../../k8s/time.ts';
import { type Deployment, isRolledOut } from '../../../k8s/workload.ts';
import { lastWritten } from '../../../k8s/written.ts';
import { targetSubsets } from '../../../virtualservice/routes/targets.ts';
import type { EnvContext } from '../context.ts';
import { isBeingDeleted, type Observed, sameObject } from '../observed.ts';
import type { HostPlan } from './host-plan.ts';

/** Do all pods of the clone carry the mark by which a subset selects them? */
export function isMarked(clone: Deployment | undefined): boolean {
  if (clone === undefined) return false;
  const { selector, template } = clone.spec;
  const mark = template.metadata?.labels?.[CLONE_LABEL];
  if (mark === undefined) return false;
  return selector.matchLabels?.[CLONE_LABEL] === mark || isRolledOut(clone);
}

/** Seconds until every proxy must have learnt the subsets that an injection leads to; undefined: some rule lacks them still. */
export function arrivalLeft(
  { rules, injection }: HostPlan,
  {
    observed,
    config,
    now,
  }: Pick<EnvContext, 'observed' | 'now'> & {
    config: { settleSeconds: number };
  },
): number | undefined {
  const names = targetSubsets(injection.spec);
  const waits = rules.map((rule) => {
    const own = readableOwn(rule, observed);
    const isThere = own !== undefined && !isBeingDeleted(own) && hasSubsets(own, rule, names);
    const since = own && (lastWritten(own) ?? own.metadata.creationTimestamp);
    return isThere ? secondsLeft(since, config.settleSeconds, now) : Number.NaN;
  });
  const most = Math.max(0, ...waits);
  return Number.isNaN(most) ? undefined : most;
}

/** Do these subsets select the same pods in the observed rule as in the wanted one? */
function hasSubsets(own: DestinationRule, wanted: DestinationRule, names: readonly string[]) {
  return names.every((name) => {
    const [there, one] = [own, wanted].map(({ spec }) =>
      spec.subsets?.find((subset) => subset.name === name),
    );
    return there !== undefined && (one === undefined || jsonEqual(there.labels, one.labels));
  });
}

/** The observed rule. One that somebody edited until it cannot be read is replaced, as if it were missing. */
export function readableOwn(
  rule: DestinationRule,
  { rules }: Observed,
): DestinationRule | undefined {
  const own = rules.find((one) => sameObject(one, rule));
  return own !== undefined && unreadableOf('DestinationRule', own) === undefined ? own : undefined;
}
