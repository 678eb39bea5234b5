import type { HTTPMatchRequest, HTTPRoute } from '../../istio/types.ts';
import { validateRoute } from '../../istio/validate-route.ts';
import { byText } from '../../k8s/canonical.ts';
import { cloneTargets } from '../routes/clone-targets.ts';
import { eligibleDestinations, labelOf } from '../routes/eligible.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import { pointAt } from '../routes/point-at.ts';
import type { Scope } from '../routes/scope.ts';
import { lackingPort } from '../routes/service-ports.ts';
import { type Anded, andMatch } from './and-match.ts';
import { entryCopy, entryMatch, headerOfRoute, isSoundEntry, partOfEntry } from './entry-copies.ts';
import type { Group } from './groups.ts';
import { pairProblem } from './pair-problem.ts';
import type { Pair } from './precedence.ts';
import { prevalidateRoute } from './prevalidate.ts';

/** Bytes of a copy, for each target, beyond its route and the parts that come from its injection: marks and punctuation. */
export const COPY_BYTES = 256;

/** The copy of one route for one group. */
export interface Copy {
  group: Group;
  /** The group's pairs that have a target in the route, in the group's order. */
  pairs: readonly Pair[];
  /** The copy if all these pairs are rendered. */
  route: HTTPRoute;
  /** An entry's copy: the injections to whose clones it leads, as far as they are rendered. Empty: it leads where the route does. */
  claimants?: readonly PlannedInjection[];
}

/** Why one pair has no copy of one eligible route, or a copy without some of the match's entries. */
export interface Dropped {
  pair: Pair;
  state: 'skipped' | 'invalid';
  message: string;
  /** Nothing is lost: no request of the env could have matched the route. */
  isHarmless: boolean;
}

/**
 * Returns a function that makes the copies of one route. What cannot be made is appended to `dropped`. `claimantsOf`: see
 * `claimantFinder`.
 */
export function copier(
  route: HTTPRoute,
  isValidPair: (pair: Pair) => boolean,
  dropped: Dropped[],
  claimantsOf: (group: Group) => readonly PlannedInjection[],
  scope: Scope,
): (group: Group) => Copy | undefined {
  const targetFor = eligibleDestinations(route, scope);
  const isValid = prevalidateRoute(route, scope);
  const { name: _name, match: own, ...kept } = route;
  // In the order in which people write routes.
  const blank = { name: '', match: [], ...kept };
  const targetsFor = targetsForOne(route, scope);
  const isBare = !route.headers && !route.route?.some((target) => target?.headers);
  const copyOf = ({ injection, routeName }: Pair, match: HTTPMatchRequest[]): HTTPRoute => ({
    ...blank,
    name: routeName,
    match,
    route: targetsFor(injection),
  });
  const note = (pair: Pair, { skips }: Anded) => {
    for (const { reason, isHarmless } of skips) {
      dropped.push({ pair, state: 'skipped', message: `${labelOf(route)} ${reason}`, isHarmless });
    }
  };
  const checked = (pair: Pair, anded: Anded): HTTPRoute | undefined => {
    const lacking = lackingPort(route, pair.injection, scope);
    if (lacking !== undefined) {
      dropped.push({ pair, state: 'skipped', message: lacking, isHarmless: false });
      return undefined;
    }
    const { entries } = anded;
    note(pair, anded);
    if (entries.length === 0) return undefined;
    const copy = copyOf(pair, entries);
    // If both are valid by themselves, Istio and Envoy accept the copy.
    const message = isValid() && isValidPair(pair) ? undefined : refusal(pair, copy, route, scope);
    if (message === undefined) return copy;
    dropped.push(invalid(pair, message));
    return undefined;
  };
  /** Envs share copies, and the problem of one must not be that of the others. */
  const hasNoProblem = (pair: Pair): boolean => {
    const message = pairProblem(pair);
    if (message === undefined) return true;
    dropped.push(invalid(pair, message));
    return false;
  };
  const copyOfEntry = (group: Group): Copy | undefined => {
    const pairs = group.pairs.filter(hasNoProblem);
    const [pair] = pairs;
    if (pair === undefined) return undefined;
    const taken = headerOfRoute(route, pair, scope);
    if (taken !== undefined) {
      dropped.push({
        pair,
        state: 'skipped',
        message: `${labelOf(route)} ${taken}`,
        isHarmless: false,
      });
      return undefined;
    }
    const anded = entryMatch(route, group.selector.entries, scope);
    // Several envs may share the copies, and each is told.
    pairs.forEach((one) => {
      note(one, anded);
    });
    const { entries } = anded;
    if (entries.length === 0) return undefined;
    // A clone's name becomes a header's value there, too.
    const claimants = claimantsOf(group).filter(
      (injection) =>
        targetFor(injection) !== undefined &&
        lackingPort(route, injection, scope) === undefined &&
        pairProblem({ injection }) === undefined,
    );
    const copy = entryCopy(route, { group, pair, match: entries }, claimants, scope);
    // Istio and Envoy accept match and targets if they are valid by themselves; operations on headers add up.
    const hasSoundHeaders = () =>
      isBare ? isSoundEntry(pair, scope) : hasValidHeaders(copy, scope);
    const isFine = isValid() && isValidPair(pair) && hasSoundHeaders();
    const message = isFine ? undefined : refusal(pair, copy, route, scope);
    if (message === undefined) return { group, pairs, route: copy, claimants };
    dropped.push(...pairs.map((one) => invalid(one, message)));
    return undefined;
  };
  return (group) => {
    if (group.selector.way !== undefined) return copyOfEntry(group);
    const eligible = eligibleOf(group.pairs, targetFor);
    const [first] = eligible;
    if (first === undefined) return undefined;
    const anded = andMatch(own, group.selector.entries, scope);
    if (eligible.length === 1) {
      const copy = checked(first, anded);
      return copy && { group, pairs: eligible, route: copy };
    }
    // If Istio accepts the copy for each pair alone, it accepts the one for all of them.
    const pairs = eligible.filter((pair) => checked(pair, anded) !== undefined);
    const [leading] = pairs;
    if (leading === undefined) return undefined;
    return { group, pairs, route: copyFor(pairs, copyOf(leading, anded.entries), route, scope) };
  };
}

const NONE: readonly Pair[] = [];

function eligibleOf(
  pairs: readonly Pair[],
  targetFor: (injection: PlannedInjection) => unknown,
): readonly Pair[] {
  const [only, ...others] = pairs;
  // Most groups have one pair: then no new list is needed.
  if (only !== undefined && others.length === 0) return targetFor(only.injection) ? pairs : NONE;
  return pairs.filter(({ injection }) => targetFor(injection) !== undefined);
}

/** The targets of a copy that sends to one clone. Most routes have one target. */
function targetsForOne(route: HTTPRoute, scope: Scope) {
  const [target, ...others] = route.route ?? [];
  return target !== undefined && others.length === 0
    ? (injection: PlannedInjection) => [pointAt(target, injection)]
    : (injection: PlannedInjection) => cloneTargets(route, [injection], scope);
}

/** A copy of the route that sends to the clones of these pairs, named after the first. */
function copyFor(
  pairs: readonly Pair[],
  copy: HTTPRoute,
  route: HTTPRoute,
  scope: Scope,
): HTTPRoute {
  const injections = pairs.map(({ injection }) => injection);
  const name = pairs[0]?.routeName ?? '';
  return { ...copy, name, route: cloneTargets(route, injections, scope) };
}

/** The copy of the route if only these injections are rendered; undefined: none of them has it. */
export function partOf(
  whole: Copy,
  route: HTTPRoute,
  wanted: ReadonlySet<PlannedInjection>,
  scope: Scope,
): HTTPRoute | undefined {
  const { pairs, route: copy, claimants } = whole;
  if (claimants !== undefined) return partOfEntry({ ...whole, claimants }, route, wanted, scope);
  const [only, ...others] = pairs;
  if (only !== undefined && others.length === 0) {
    return wanted.has(only.injection) ? copy : undefined;
  }
  const left = pairs.filter(({ injection }) => wanted.has(injection));
  if (left.length === pairs.length) return copy;
  return left.length === 0 ? undefined : copyFor(left, copy, route, scope);
}

function invalid(pair: Pair, message: string): Dropped {
  return { pair, state: 'invalid', message, isHarmless: false };
}

function hasValidHeaders(copy: HTTPRoute, scope: Scope): boolean {
  return validateRoute({ ...copy, match: [] }, scope).length === 0;
}

/** Why Envoy or Istio would refuse the copy; undefined: both accept it. */
function refusal(pair: Pair, copy: HTTPRoute, route: HTTPRoute, scope: Scope): string | undefined {
  const ofPair = pairProblem(pair);
  if (ofPair !== undefined) return ofPair;
  const [problem] = validateRoute(copy, scope).sort((a, b) => byText(a.field, b.field));
  if (problem === undefined) return undefined;
  return `Istio would refuse the copy of ${labelOf(route)}: ${problem.field}: ${problem.message}`;
}
