import {
  type MergeConditionType,
  mergeRefOf,
  type VirtualServiceMerge,
  type VirtualServiceMergeStatus,
} from '../../api/virtualservicemerge.ts';
import { condition, type Finding } from '../../k8s/condition.ts';
import { cutText } from '../../k8s/cut-text.ts';
import { mergeRefusal, notAllowed } from '../../virtualservice/merges/refusals.ts';
import { accepted } from './accepted.ts';
import { conflicted } from './conflicted.ts';
import { mergedIn } from './merged.ts';
import type { Observed } from './observed.ts';
import { readableStatus } from './readable-status.ts';
import { stateIn } from './state.ts';
import { targetText } from './target.ts';
import { targetFound } from './target-found.ts';

/** The API server accepts messages of up to 32,768 characters; nobody reads that much. */
const MAX_MESSAGE = 4096;

/** The whole status of a merge, which may have any shape. */
export function mergeStatus(
  merge: VirtualServiceMerge,
  observed: Observed,
  now: Date,
): VirtualServiceMergeStatus {
  const { generation } = merge.metadata;
  const { virtualService, target } = observed;
  const refusal =
    observed.isHidden && target
      ? notAllowed(merge.metadata.namespace ?? '', targetText(target))
      : mergeRefusal(merge, virtualService);
  const state = stateIn(virtualService, target, mergeRefOf(merge), merge.metadata);
  const findings: [MergeConditionType, Finding][] = [
    ['Accepted', accepted(merge, refusal)],
    ['TargetFound', targetFound(observed)],
    ['Merged', mergedIn(merge, observed, state, refusal)],
    ['Conflicted', conflicted(state)],
  ];
  const previous = readableStatus(merge).conditions;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: findings.map(([type, finding]) =>
      condition(
        type,
        { ...finding, message: cutText(finding.message, MAX_MESSAGE) },
        previous,
        generation,
        now,
      ),
    ),
  };
}
