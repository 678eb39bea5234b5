import { readMergedRouteName } from '../../api/merged-route-name.ts';
import { isSameMerge, type MergeRef } from '../../api/virtualservicemerge.ts';
import type { VirtualService } from '../../istio/types.ts';
import type { ObjectMeta } from '../../k8s/object.ts';
import { versionsIn } from '../../virtualservice/merges/presence.ts';
import type {
  MergeNote,
  PlannedMerge,
  UntoldMerges,
} from '../../virtualservice/routes/merge-codec.ts';
import { EMPTY_PLAN, planOf } from '../../virtualservice/routes/plan-codec.ts';
import { withoutOurs } from '../../virtualservice/routes/strip.ts';
import { type Target, targetText } from './target.ts';

/** What a VirtualService has of one merge. */
export interface MergeState {
  /** The version of the merge in the plan. */
  planned: PlannedMerge | undefined;
  /** Its notes in the plan, of any generation. */
  notes: readonly MergeNote[];
  /** Does the VirtualService have the planned routes? */
  isRendered: boolean;
  /** The version before, if the VirtualService has its routes and the plan knows it. */
  older: PlannedMerge | undefined;
  /** Of the plan: merges that are left out without a note. */
  untold: UntoldMerges | undefined;
  /** How many http routes of the merge the VirtualService has, of whatever generation. */
  http: number;
}

/** `virtualService`: in the shape of its API; undefined: it does not exist, or it cannot be read. */
export function stateIn(
  virtualService: VirtualService | undefined,
  target: Target | undefined,
  ref: MergeRef,
  { uid }: ObjectMeta,
): MergeState {
  if (virtualService === undefined || target === undefined || uid === undefined) {
    return {
      planned: undefined,
      notes: [],
      isRendered: false,
      older: undefined,
      untold: undefined,
      http: 0,
    };
  }
  // A plan of another shape is none.
  const plan = planOf(virtualService) ?? EMPTY_PLAN;
  const { merges = [], olderMerges = [], mergeNotes = [], mergesUntold } = plan;
  const isIn = versionsIn(virtualService, plan, withoutOurs(virtualService));
  const planned = merges.find((one) => one.uid === uid);
  const present = namesHere(virtualService, target, ref);
  return {
    planned,
    notes: mergeNotes.filter((note) => note.uid === uid),
    isRendered: planned !== undefined && isIn(planned),
    older: olderMerges.find((one) => one.uid === uid && isIn(one)),
    untold: mergesUntold,
    http: present.size,
  };
}

function namesHere({ spec }: VirtualService, target: Target, ref: MergeRef): Set<string> {
  const names = (spec?.http ?? []).flatMap(({ name }) => name ?? []);
  return new Set(
    names.filter((name) => {
      const merge = readMergedRouteName(name, targetText(target))?.merge;
      return merge !== undefined && isSameMerge(merge, ref);
    }),
  );
}
