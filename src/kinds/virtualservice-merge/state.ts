import { mergedRouteName, readMergedRouteName } from '../../api/merged-route-name.ts';
import type { MergeRef } from '../../api/virtualservicemerge.ts';
import type { VirtualService } from '../../istio/types.ts';
import { isMap } from '../../k8s/json-map.ts';
import type { ObjectMeta } from '../../k8s/object.ts';
import {
  isMergeVersion,
  type MergeNote,
  type MergeVersion,
  type PlannedMerge,
  type PlannedMerges,
} from '../../virtualservice/routes/merge-codec.ts';
import { type Plan, planOf } from '../../virtualservice/routes/plan-codec.ts';
import { type Target, targetText } from './target.ts';

/** What a VirtualService has of one merge. */
export interface MergeState {
  /** The version of the merge in the plan. */
  planned: PlannedMerge | undefined;
  /** Its notes in the plan, of any generation. */
  notes: readonly MergeNote[];
  /** Does the VirtualService have the planned routes? */
  isRendered: boolean;
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
    return { planned: undefined, notes: [], isRendered: false, http: 0 };
  }
  const plan: (Plan & PlannedMerges) | undefined = planOf(virtualService);
  const planned = versionsIn(plan?.merges, uid)[0];
  const present = namesHere(virtualService, target, ref);
  return {
    planned,
    notes: versionsIn(plan?.mergeNotes, uid),
    isRendered:
      planned !== undefined && namesOf(planned, target).every((name) => present.has(name)),
    http: present.size,
  };
}

/** Another program may have written the plan: what has another shape does not count. */
function versionsIn<T extends MergeVersion>(list: readonly T[] | undefined, uid: string): T[] {
  return Array.isArray(list) ? list.filter((one) => isMergeVersion(one) && one.uid === uid) : [];
}

/** Routes of tcp and tls have no names: there, the plan is believed. */
function namesOf(planned: PlannedMerge, target: Target): string[] {
  const routes = Array.isArray(planned.http) ? planned.http : [];
  return routes.map((route, index) =>
    mergedRouteName(targetText(target), planned, (isMap(route) && route.name) || `${index}`),
  );
}

function namesHere({ spec }: VirtualService, target: Target, ref: MergeRef): Set<string> {
  const names = (spec?.http ?? []).flatMap(({ name }) => name ?? []);
  return new Set(
    names.filter((name) => {
      const merge = readMergedRouteName(name, targetText(target))?.merge;
      return (
        merge?.group === ref.group && merge.namespace === ref.namespace && merge.name === ref.name
      );
    }),
  );
}
