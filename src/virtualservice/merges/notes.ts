import { isCatchAllEverywhere } from '../../istio/route-rows.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import { byText, jsonBytes } from '../../k8s/canonical.ts';
import { cutText } from '../../k8s/cut-text.ts';
import {
  MERGE_NOTE_REASONS,
  type MergeNote,
  type MergeNoteReason,
  type PlannedMerge,
  versionKey,
} from '../routes/merge-codec.ts';
import { httpOf, targetName } from '../routes/scope.ts';
import type { UsersVirtualService } from '../routes/strip.ts';
import type { LeftOutMerge } from './fit.ts';
import type { Merged, MergedLists } from './merged-lists.ts';
import type { TrialOutcome } from './trial.ts';

/** Most bytes of all notes in a plan: routes matter more. */
const NOTES_BYTES = 4096;
/** Most characters of one. */
const MAX_MESSAGE = 400;

interface Input {
  trial: TrialOutcome;
  tooLarge: readonly LeftOutMerge[];
  overlapping: readonly LeftOutMerge[];
  lists: MergedLists;
  users: UsersVirtualService;
}

/** What the merges' statuses must say about this VirtualService. `left`: bytes of the plan that nothing else needs. */
export function mergeNotes(
  { trial, tooLarge, overlapping, lists, users }: Input,
  left: number,
): MergeNote[] {
  const waiting = new Set(trial.waiting.map(versionKey));
  const notes: MergeNote[] = [
    ...tooLarge.map(({ merge, message }) => note(merge, 'TooLarge', message)),
    ...overlapping.map(({ merge, message }) => note(merge, 'Overlap', message)),
    ...trial.waiting.map((merge) =>
      note(merge, 'Trial', 'its routes are tried in one of the next writes'),
    ),
    ...trial.refused
      .filter(({ version }) => !waiting.has(version))
      .flatMap((one) => refusedNote(one.version, users)),
    ...sameNames(lists.http),
    ...equalRoutes(lists),
    ...takingAll(lists.http),
    ...likeOurs(lists, users),
  ];
  return withinBounds(notes.sort(mostUrgentFirst), Math.min(left, NOTES_BYTES)).sort(byVersion);
}

function mostUrgentFirst(a: MergeNote, b: MergeNote): number {
  const urgency = ({ reason }: MergeNote) => MERGE_NOTE_REASONS.indexOf(reason);
  return urgency(a) - urgency(b) || byVersion(a, b);
}

function byVersion(a: MergeNote, b: MergeNote): number {
  return byText(a.uid, b.uid) || byText(a.reason, b.reason) || byText(a.message, b.message);
}

function withinBounds(notes: readonly MergeNote[], most: number): MergeNote[] {
  let bytes = 0;
  return notes.filter((one) => {
    bytes += jsonBytes(one) + 1;
    return bytes <= most;
  });
}

function note(
  { uid, generation }: Pick<PlannedMerge, 'uid' | 'generation'>,
  reason: MergeNoteReason,
  message: string,
): MergeNote {
  return { generation, message: cutText(message, MAX_MESSAGE), reason, uid };
}

function refusedNote(version: string, users: UsersVirtualService): MergeNote {
  const at = version.lastIndexOf('@');
  const merge = { uid: version.slice(0, at), generation: Number(version.slice(at + 1)) };
  const message = `the API server did not store VirtualService ${targetName(users)} with its routes: a validating webhook refuses them, or they are changed when they are stored; try them with kubectl apply --dry-run=server in a VirtualService of your own. They are tried again when the merge or the VirtualService changes, and from time to time`;
  return note(merge, 'Refused', message);
}

function nameOf({ namespace, name }: PlannedMerge): string {
  return `${namespace}/${name}`;
}

/** Routes of different merges that their authors gave the same name. All of them are rendered. */
function sameNames(http: readonly Merged<HTTPRoute>[]): MergeNote[] {
  const named = http.flatMap(({ merge, index }) => {
    const name = merge.http?.[index]?.name;
    return name ? [{ merge, name }] : [];
  });
  return [...Map.groupBy(named, ({ name }) => name)].flatMap(([name, all]) => {
    const merges = [...new Set(all.map(({ merge }) => merge))];
    return merges.flatMap((merge) => {
      const others = merges.filter((one) => one !== merge).map(nameOf);
      if (others.length === 0) return [];
      const message = `http route "${name}" has the same name as a route of ${others.join(', ')}: both are in the VirtualService; rename one if the later one is meant to replace the other`;
      return [note(merge, 'SameRoute', message)];
    });
  });
}

function equalRoutes({ equal }: MergedLists): MergeNote[] {
  return equal.map(({ merge, list, index, of }) => {
    const route = `${list}[${index}]`;
    return of === undefined
      ? note(
          merge,
          'OwnRoute',
          `${route} is left out: the VirtualService has an equal route of its own, which stays as it is`,
        )
      : note(merge, 'SameRoute', `${route} is left out: merge ${nameOf(of)} has an equal route`);
  });
}

/** What stands behind such a route gets no requests any more. */
function takingAll(http: readonly Merged<HTTPRoute>[]): MergeNote[] {
  return http
    .filter(({ route }) => takesAll(route))
    .map(({ merge, index, route }) => {
      const name = merge.http?.[index]?.name;
      const label = name ? `"${name}"` : `http[${index}]`;
      const message = `http route ${label} ${route.match?.length ? 'has a match that fits every request' : 'has no match'}, so it takes all requests of this VirtualService: routes behind it get none; add a match`;
      return note(merge, 'TakesAll', message);
    });
}

function takesAll({ match }: HTTPRoute): boolean {
  return !match?.length || match.some((entry) => isCatchAllEverywhere({ match: entry }));
}

/** A route of the user that is named like one of a merge, but cannot be proved to be ours, stays the user's. */
function likeOurs({ http }: MergedLists, users: UsersVirtualService): MergeNote[] {
  const merges = [...new Set(http.map(({ merge }) => merge))];
  return merges.flatMap((merge) => {
    const start = `virtual-service-merge-${merge.namespace}_${merge.name}_`;
    return httpOf(users)
      .filter(({ name }) => name?.startsWith(start))
      .map(({ name }) => {
        const message = `the VirtualService has a route of its own named "${name}", like a route of this merge: it is not changed; its owner should rename or remove it`;
        return note(merge, 'OwnRoute', message);
      });
  });
}
