import {
  MERGED_LISTS,
  mergeRefOf,
  targetOf,
  type VirtualServiceMerge,
} from '../../api/virtualservicemerge.ts';
import { byText } from '../../k8s/canonical.ts';
import { MAX_CHECKED, MAX_MERGES } from '../routes/limits.ts';
import { ageKey, type MergeVersion, type PlannedMerge } from '../routes/merge-codec.ts';
import { targetName } from '../routes/scope.ts';
import type { UsersVirtualService } from '../routes/strip.ts';
import type { LeftOutMerge } from './fit.ts';
import { type MergeRefusal, mayMerge, mergeRefusal, plannedRefusal, routesOf } from './refusals.ts';
import { regexBudget, TOO_MANY_REGEXES } from './regex-budget.ts';

/**
 * The merges that may have routes here, in their present version. Where that is invalid, the version in the plan stays, if the target
 * still accepts it. `from`: the first one that is not looked at (see `ageKey`).
 */
export function wantedMerges(
  merges: readonly VirtualServiceMerge[],
  users: UsersVirtualService,
  present: readonly PlannedMerge[],
): { wanted: PlannedMerge[]; costly: LeftOutMerge[]; from?: string } {
  const target = targetName(users);
  const inPlan = new Map(present.map((merge) => [merge.uid, merge]));
  const isIn = ({ metadata }: VirtualServiceMerge) => inPlan.has(metadata.uid ?? '');
  const asking = merges
    .filter((merge) => targetOf(merge) === target && merge.metadata.deletionTimestamp === undefined)
    // Merges that the target does not accept must not push others out.
    .filter(({ metadata }) => mayMerge(metadata.namespace ?? '', users))
    .sort((a, b) => Number(isIn(b)) - Number(isIn(a)) || byText(ageOf(a), ageOf(b)));
  const wanted: PlannedMerge[] = [];
  const costly: LeftOutMerge[] = [];
  const isAffordable = regexBudget();
  for (const [index, merge] of asking.entries()) {
    // Those that add nothing must not push others out, either.
    const isFull = wanted.length + costly.length >= MAX_MERGES;
    if (isFull || index >= MAX_CHECKED) return { wanted, costly, from: ageOf(merge) };
    if (!isAffordable(merge.spec.patch)) {
      costly.push({ merge: versionOf(merge), message: TOO_MANY_REGEXES });
      continue;
    }
    const refusal = mergeRefusal(merge, users);
    const before = inPlan.get(merge.metadata.uid ?? '');
    if (refusal === undefined) wanted.push(...withRoutes(plannedOf(merge)));
    else if (before !== undefined && mayStay(before, refusal, users)) wanted.push(before);
  }
  return { wanted, costly };
}

function versionOf({ metadata: { uid = '', generation = 0 } }: VirtualServiceMerge): MergeVersion {
  return { uid, generation };
}

function withRoutes(merge: PlannedMerge): PlannedMerge[] {
  return MERGED_LISTS.some((list) => merge[list] !== undefined) ? [merge] : [];
}

function mayStay(
  before: PlannedMerge,
  { reason }: MergeRefusal,
  users: UsersVirtualService,
): boolean {
  return reason === 'Invalid' && plannedRefusal(before, users) === undefined;
}

function ageOf({ metadata: { creationTimestamp = '', uid = '' } }: VirtualServiceMerge): string {
  return ageKey({ created: creationTimestamp, uid });
}

/** Only for a merge that `mergeRefusal` accepts. In the order of the annotation's keys. */
function plannedOf(merge: VirtualServiceMerge): PlannedMerge {
  const { creationTimestamp = '', generation = 0, uid = '' } = merge.metadata;
  const { group, name, namespace } = mergeRefOf(merge);
  const { http, tcp, tls } = routesOf(merge.spec.patch) as Pick<
    PlannedMerge,
    'http' | 'tcp' | 'tls'
  >;
  return {
    created: creationTimestamp,
    generation,
    group,
    ...(http?.length ? { http } : {}),
    name,
    namespace,
    ...(tcp?.length ? { tcp } : {}),
    ...(tls?.length ? { tls } : {}),
    uid,
  };
}
