import { envLabel } from '../../api/marks.ts';
import type { RouteInjection } from '../../api/routeinjection.ts';
import { groupByOwner, isSameOwner } from '../routes/owner.ts';
import { INJECTION_STATES, type InjectionState, type PlanNote } from '../routes/plan-codec.ts';

/** The state of one injection in a VirtualService with these notes. */
export function injectionState(
  injection: RouteInjection,
  notes: readonly PlanNote[],
): InjectionState {
  const about = notes.filter((note) => isAbout(note, injection));
  const states = about
    .map(({ state }) => state)
    .filter((state) => state !== 'shadowed' || isFullyShadowed(injection, about));
  return states.reduce(worse, injection.spec.active ? 'injected' : 'pending');
}

/** Is the note about this injection? */
export function isAbout(note: PlanNote, { spec }: RouteInjection): boolean {
  return isSameOwner(note, spec);
}

/** If only some matches are shadowed, or a match only before some routes, the env is still reachable. */
export function isFullyShadowed(injection: RouteInjection, about: readonly PlanNote[]): boolean {
  const shadowed = about.filter(({ state, partial }) => state === 'shadowed' && partial !== true);
  return shadowed.length >= injection.spec.matches.length;
}

/** The index labels of a VirtualService: for each env, its worst state there. */
export function indexLabels(
  injections: readonly RouteInjection[],
  notes: readonly PlanNote[],
): Record<string, string> {
  const about = groupByOwner(notes, (note) => note);
  const labels: Record<string, InjectionState> = {};
  for (const injection of injections) {
    const key = envLabel(injection.spec.env);
    const state = injectionState(injection, about(injection.spec));
    labels[key] = worse(labels[key] ?? state, state);
  }
  return labels;
}

function worse(a: InjectionState, b: InjectionState): InjectionState {
  return INJECTION_STATES.indexOf(b) > INJECTION_STATES.indexOf(a) ? b : a;
}
