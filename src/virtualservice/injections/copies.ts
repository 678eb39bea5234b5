import type { HTTPMatchRequest, HTTPRoute } from '../../istio/types.ts';
import { validateRoute } from '../../istio/validate-route.ts';
import { byText } from '../../k8s/canonical.ts';
import { cloneTargets } from '../routes/clone-targets.ts';
import { eligibleDestinations, labelOf } from '../routes/eligible.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import { pointAt } from '../routes/point-at.ts';
import type { Scope } from '../routes/scope.ts';
import { type Anded, andMatch } from './and-match.ts';
import type { Group } from './groups.ts';
import { pairProblem } from './pair-problem.ts';
import type { Pair } from './precedence.ts';
import { prevalidateRoute } from './prevalidate.ts';

/** Marks and punctuation that a copy has beyond its route and what comes from its injection, for each target. */
export const COPY_BYTES = 256;

/** What one group makes of one route. */
export interface Copy {
  group: Group;
  /** The group's pairs that have a target in the route, in order. */
  pairs: readonly Pair[];
  /** The copy, when all of them are rendered. */
  route: HTTPRoute;
}

/** Why one pair has no copy before one eligible route, or one that leaves entries of its match out. */
export interface Dropped {
  pair: Pair;
  state: 'skipped' | 'invalid';
  message: string;
  /** Nothing is lost: none of the env's requests could have met the route. */
  isHarmless: boolean;
}

/** Makes the copies of one route. What cannot be made is put to what was dropped. */
export function copier(
  route: HTTPRoute,
  isValidPair: (pair: Pair) => boolean,
  dropped: Dropped[],
  scope: Scope,
): (group: Group) => Copy | undefined {
  const targetFor = eligibleDestinations(route, scope);
  const isSound = prevalidateRoute(route, scope);
  const { name: _name, match: own, ...kept } = route;
  // In the order in which people write routes.
  const blank = { name: '', match: [], ...kept };
  const alone = aloneIn(route, scope);
  const copyOf = ({ injection, routeName }: Pair, match: HTTPMatchRequest[]): HTTPRoute => ({
    ...blank,
    name: routeName,
    match,
    route: alone(injection),
  });
  const judged = (pair: Pair, { entries, skips }: Anded): HTTPRoute | undefined => {
    for (const { reason, isHarmless } of skips) {
      dropped.push({ pair, state: 'skipped', message: `${labelOf(route)} ${reason}`, isHarmless });
    }
    if (entries.length === 0) return undefined;
    const copy = copyOf(pair, entries);
    // Where both are sound, nothing that Istio or Envoy would refuse can come out.
    const message = isSound() && isValidPair(pair) ? undefined : refusal(pair, copy, route, scope);
    if (message === undefined) return copy;
    dropped.push({ pair, state: 'invalid', message, isHarmless: false });
    return undefined;
  };
  return (group) => {
    const eligible = eligibleOf(group.pairs, targetFor);
    const [first] = eligible;
    if (first === undefined) return undefined;
    const anded = andMatch(own, group.match, scope);
    if (eligible.length === 1) {
      const copy = judged(first, anded);
      return copy && { group, pairs: eligible, route: copy };
    }
    // What Istio takes of each by itself, it takes of all together.
    const pairs = eligible.filter((pair) => judged(pair, anded) !== undefined);
    const [leading] = pairs;
    if (leading === undefined) return undefined;
    return { group, pairs, route: ledBy(pairs, copyOf(leading, anded.entries), route, scope) };
  };
}

function eligibleOf(
  pairs: readonly Pair[],
  targetFor: (injection: PlannedInjection) => unknown,
): readonly Pair[] {
  const [only, ...others] = pairs;
  // Most groups have one pair, and need no list of their own.
  if (only !== undefined && others.length === 0 && targetFor(only.injection)) return pairs;
  return pairs.filter(({ injection }) => targetFor(injection) !== undefined);
}

/** The targets of a copy that leads to one clone alone. Most routes have one target. */
function aloneIn(route: HTTPRoute, scope: Scope) {
  const [target, ...others] = route.route ?? [];
  return target !== undefined && others.length === 0
    ? (injection: PlannedInjection) => [pointAt(target, injection)]
    : (injection: PlannedInjection) => cloneTargets(route, [injection], scope);
}

/** A copy of the route, led to the clones of these pairs alone, and named after the first. */
function ledBy(pairs: readonly Pair[], copy: HTTPRoute, route: HTTPRoute, scope: Scope): HTTPRoute {
  const injections = pairs.map(({ injection }) => injection);
  const name = pairs[0]?.routeName ?? '';
  return { ...copy, name, route: cloneTargets(route, injections, scope) };
}

/** What is left of a copy of the route when only these injections are rendered. */
export function partOf(
  { pairs, route: copy }: Copy,
  route: HTTPRoute,
  wanted: ReadonlySet<PlannedInjection>,
  scope: Scope,
): HTTPRoute | undefined {
  const [only, ...others] = pairs;
  if (only !== undefined && others.length === 0) {
    return wanted.has(only.injection) ? copy : undefined;
  }
  const left = pairs.filter(({ injection }) => wanted.has(injection));
  if (left.length === pairs.length) return copy;
  return left.length === 0 ? undefined : ledBy(left, copy, route, scope);
}

/** Why Envoy or Istio would refuse the copy; undefined: they would not. */
function refusal(pair: Pair, copy: HTTPRoute, route: HTTPRoute, scope: Scope): string | undefined {
  const ofPair = pairProblem(pair);
  if (ofPair !== undefined) return ofPair;
  const [problem] = validateRoute(copy, scope).sort((a, b) => byText(a.field, b.field));
  if (problem === undefined) return undefined;
  return `Istio would refuse the copy of ${labelOf(route)}: ${problem.field}: ${problem.message}`;
}
