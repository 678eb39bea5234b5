import { type Finding, no, yes } from '../../k8s/condition.ts';
import type { MergeNoteReason } from '../../virtualservice/routes/merge-codec.ts';
import type { MergeState } from './state.ts';

const CONFLICTS: readonly MergeNoteReason[] = ['Overlap', 'SameRoute', 'OwnRoute', 'TakesAll'];

/** Do routes of the merge and other routes get in each other's way? */
export function conflicted({ notes }: MergeState): Finding {
  const found = notes.filter(({ reason }) => CONFLICTS.includes(reason));
  const [first] = found;
  if (first === undefined) return no('NoConflict', 'no conflict with other routes is known');
  return yes(first.reason, found.map(({ message }) => message).join('; '));
}
