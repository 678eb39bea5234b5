import { envId } from '../api/env-id.ts';
import { ENV_LABEL_PREFIX } from '../api/marks.ts';
import type { RouteInjection } from '../api/routeinjection.ts';
import { INJECTION_STATES, type InjectionState, type PlanNote } from './plan-codec.ts';

/** What became of one injection in a VirtualService with these notes. */
export function injectionState(
  injection: RouteInjection,
  notes: readonly PlanNote[],
): InjectionState {
  const about = notes.filter((note) => isAbout(note, injection));
  const told = about
    .map(({ state }) => state)
    .filter((state) => state !== 'shadowed' || isFullyShadowed(injection, about));
  return worst([injection.spec.active ? 'injected' : 'pending', ...told]);
}

/** Is the note about this injection? */
export function isAbout(note: PlanNote, { spec }: RouteInjection): boolean {
  return (
    note.env === spec.env &&
    note.host === spec.host &&
    note.deployment.namespace === spec.deployment.namespace &&
    note.deployment.name === spec.deployment.name
  );
}

/** One shadowed match of several leaves the env reachable. */
export function isFullyShadowed(injection: RouteInjection, about: readonly PlanNote[]): boolean {
  const shadowed = about.filter(({ state }) => state === 'shadowed');
  return shadowed.length >= injection.spec.matches.length;
}

/** The index labels of a VirtualService: for each env its worst state there. */
export function indexLabels(
  injections: readonly RouteInjection[],
  notes: readonly PlanNote[],
): Record<string, string> {
  const states = new Map<string, InjectionState[]>();
  for (const injection of injections) {
    const key = `${ENV_LABEL_PREFIX}${envId(injection.spec.env)}`;
    states.set(key, [...(states.get(key) ?? []), injectionState(injection, notes)]);
  }
  return Object.fromEntries([...states].map(([key, all]) => [key, worst(all)]));
}

function worst(states: readonly InjectionState[]): InjectionState {
  const rank = (state: InjectionState) => INJECTION_STATES.indexOf(state);
  return states.reduce((a, b) => (rank(b) > rank(a) ? b : a), 'injected');
}
