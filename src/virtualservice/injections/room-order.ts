import { jsonEqual } from '../../k8s/canonical.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import { olderFirst, routeNameOf } from './precedence.ts';

/** An injection in the order in which room is given. */
export interface Applicant {
  injection: PlannedInjection;
  /** It is in already, and does not ask for more: its env's share does not matter. */
  isSettled: boolean;
}

/**
 * In which order injections get room: first those in the present plan as they are, then those there that changed (first such as
 * did not grow), then newcomers; the older env first. So nobody who is in is pushed out by another env, new or grown.
 */
export function applicants(
  injections: readonly PlannedInjection[],
  present: readonly PlannedInjection[],
  bytes: (injection: PlannedInjection) => number,
): Applicant[] {
  const known = new Map(present.map((injection) => [routeNameOf(injection), injection]));
  const classOf = (injection: PlannedInjection): number => {
    const before = known.get(routeNameOf(injection));
    if (before === undefined) return 3;
    if (jsonEqual(before, injection)) return 0;
    return bytes(asked(injection)) <= bytes(asked(before)) ? 1 : 2;
  };
  return injections
    .map((injection) => ({ injection, place: classOf(injection) }))
    .sort((a, b) => a.place - b.place || olderFirst(a.injection, b.injection))
    .map(({ injection, place }) => ({ injection, isSettled: place < 2 }));
}

/** What an env asks for. How its subsets are named is our doing, or the base's rules': nobody is to lose a place for it. */
function asked({ targets: _targets, ...injection }: PlannedInjection): PlannedInjection {
  return { ...injection, to: '' };
}
