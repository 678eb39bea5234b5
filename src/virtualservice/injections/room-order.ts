import { jsonEqual } from '../../k8s/canonical.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import { olderFirst, routeNameOf } from './precedence.ts';

/** An injection that asks for room. */
export interface Applicant {
  injection: PlannedInjection;
  /** It is in the plan already and does not ask for more room, so its env's share does not matter. */
  isSettled: boolean;
}

/**
 * The injections in the order in which they get room: first those that are unchanged since the present plan, then changed ones that did
 * not grow, then ones that grew, then new ones; within each of these, the older env first. So no env that is new or asks for more can
 * take the room of another env in the plan.
 */
export function applicants(
  injections: readonly PlannedInjection[],
  present: readonly PlannedInjection[],
  bytes: (injection: PlannedInjection) => number,
): Applicant[] {
  const known = new Map(present.map((injection) => [routeNameOf(injection), injection]));
  const standingOf = (injection: PlannedInjection): number => {
    const before = known.get(routeNameOf(injection));
    if (before === undefined) return 3;
    if (jsonEqual(before, injection)) return 0;
    return bytes(asked(injection)) <= bytes(asked(before)) ? 1 : 2;
  };
  return injections
    .map((injection) => ({ injection, place: standingOf(injection) }))
    .sort((a, b) => a.place - b.place || olderFirst(a.injection, b.injection))
    .map(({ injection, place }) => ({ injection, isSettled: place < 2 }));
}

/** The part that the env decides. Names of subsets come from us or from the base's rules, and must not cost an env its room. */
function asked({ targets: _targets, ...injection }: PlannedInjection): PlannedInjection {
  return { ...injection, to: '' };
}
