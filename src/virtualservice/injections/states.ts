import { envLabel } from '../../api/marks.ts';
import type { RouteInjection } from '../../api/routeinjection.ts';
import { groupByOwner } from '../routes/owner.ts';
import { INJECTION_STATES, type InjectionState, type PlanNote } from '../routes/plan-codec.ts';
import { isAbout, isFullyShadowed } from './notes-about.ts';

/** The state of one injection in a VirtualService with these notes. */
export function injectionState(
  injection: RouteInjection,
  notes: readonly PlanNote[],
): InjectionState {
  const state = injection.spec.active ? 'injected' : 'pending';
  if (notes.length === 0) return state;
  const about = notes.filter((note) => isAbout(note, injection));
  const states = about
    .map(({ state }) => state)
    .filter((state) => state !== 'shadowed' || isFullyShadowed(injection, about));
  return states.reduce(worse, state);
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
