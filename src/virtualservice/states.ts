import { envId } from '../api/env-id.ts';
import { ENV_LABEL_PREFIX } from '../api/marks.ts';
import type { RouteInjection } from '../api/routeinjection.ts';
import { groupByOwner } from './owner.ts';
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
  const about = groupByOwner(notes, (note) => note);
  const states = injections.map((injection) => ({
    key: `${ENV_LABEL_PREFIX}${envId(injection.spec.env)}`,
    state: injectionState(injection, about(injection.spec)),
  }));
  const byKey = Map.groupBy(states, ({ key }) => key);
  return Object.fromEntries(
    [...byKey].map(([key, all]) => [key, worst(all.map(({ state }) => state))]),
  );
}

function worst(states: readonly InjectionState[]): InjectionState {
  const rank = (state: InjectionState) => INJECTION_STATES.indexOf(state);
  return states.reduce((a, b) => (rank(b) > rank(a) ? b : a), 'injected');
}
