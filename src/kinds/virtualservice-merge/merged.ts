import { MERGED_LISTS, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import { type Finding, no, yes } from '../../k8s/condition.ts';
import type { MergeRefusal } from '../../virtualservice/merges/refusals.ts';
import { MAX_CHECKED, MAX_MERGES } from '../../virtualservice/routes/limits.ts';
import {
  ageKey,
  type MergeNote,
  type MergeNoteReason,
} from '../../virtualservice/routes/merge-codec.ts';
import type { Observed } from './observed.ts';
import { routesText } from './routes-text.ts';
import type { MergeState } from './state.ts';
import { targetText } from './target.ts';

const OBSTACLES: readonly MergeNoteReason[] = ['Refused', 'TooLarge', 'Overlap', 'Trial'];

/** Does the target have the routes of this generation? */
export function mergedIn(
  merge: VirtualServiceMerge,
  { target, virtualService, unreadable }: Observed,
  state: MergeState,
  refusal: MergeRefusal | undefined,
): Finding {
  const name = target === undefined ? '' : `VirtualService ${targetText(target)}`;
  const stays = staying(merge, state, name);
  if (refusal !== undefined)
    return no('NotAccepted', `not accepted (${refusal.reason}): ${refusal.message}${stays}`);
  if (unreadable !== undefined)
    return no('Pending', `${name} cannot be read, and stays as it is: correct it (${unreadable})`);
  if (virtualService === undefined) return no('TargetNotFound', `${name} does not exist`);
  const { generation } = merge.metadata;
  const obstacle = obstacleOf(state.notes, generation);
  if (obstacle !== undefined) return no(obstacle.reason, `${obstacle.message}${stays}`);
  const { planned, isRendered, http } = state;
  if (isEmpty(merge) && planned === undefined && http === 0)
    return yes('Merged', `spec.patch has no routes, so nothing is added to ${name}`);
  if (planned === undefined || planned.generation !== generation)
    return unplanned(merge, state, name, stays);
  if (!isRendered) return no('Pending', `the routes are not yet written to ${name}${stays}`);
  return yes('Merged', `${routesText(planned, 'is')} in ${name}`);
}

/** The plan says nothing about this version. */
function unplanned(
  { metadata: { creationTimestamp: created = '', uid = '' } }: VirtualServiceMerge,
  { planned, untold }: MergeState,
  name: string,
  stays: string,
): Finding {
  const { from, count = 0 } = untold ?? {};
  if (planned === undefined && from !== undefined && ageKey({ created, uid }) >= from) {
    return no(
      'TooLarge',
      `${name} has more merges than are looked at, and this one is among the youngest: at most ${MAX_MERGES} get in, and ${MAX_CHECKED} are checked with those that are refused. Delete merges that nobody uses, or split the VirtualService`,
    );
  }
  const why =
    count === 0
      ? ''
      : `. ${count} merges are left out there, and their reasons have no room in its annotations: if this does not change within a minute, delete merges that nobody uses, or split the VirtualService`;
  return no('Pending', `the routes are not yet planned in ${name}${why}${stays}`);
}

function obstacleOf(
  notes: readonly MergeNote[],
  generation: number | undefined,
): MergeNote | undefined {
  const present = notes.filter((note) => note.generation === generation);
  return OBSTACLES.flatMap((reason) => present.find((note) => note.reason === reason) ?? [])[0];
}

/** What an older generation left there, if anything. */
function staying({ metadata }: VirtualServiceMerge, state: MergeState, name: string): string {
  const { planned, isRendered, older } = state;
  const version = isRendered ? planned : older;
  if (version === undefined || version.generation === metadata.generation) return '';
  return `; until then generation ${version.generation} of the merge counts: ${routesText(version, 'stays')} in ${name}`;
}

function isEmpty({ spec }: VirtualServiceMerge): boolean {
  return MERGED_LISTS.every((list) => {
    const routes = spec.patch?.[list];
    return (
      routes === undefined || routes === null || (Array.isArray(routes) && routes.length === 0)
    );
  });
}
