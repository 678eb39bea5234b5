import type { RouteInjection } from '../../api/routeinjection.ts';
import { matchesOf } from '../../api/selection.ts';
import { isSameOwner } from '../routes/owner.ts';
import type { PlanNote } from '../routes/plan-codec.ts';

/** Is the note about this injection? */
export function isAbout(note: PlanNote, { spec }: RouteInjection): boolean {
  return isSameOwner(note, spec);
}

/** If only some matches are shadowed, or a match only before some routes, the env is still reachable. */
export function isFullyShadowed(injection: RouteInjection, about: readonly PlanNote[]): boolean {
  const shadowed = about.filter(({ state, partial }) => state === 'shadowed' && partial !== true);
  const { spec } = injection;
  // A ref may have several selectors, and each is named in the same words.
  const texts = new Set(shadowed.map(({ message }) => message));
  return texts.size >= matchesOf(spec).length + (spec.ref === undefined ? 0 : 1);
}
