import type { HTTPRoute } from '../../istio/types.ts';
import { validateRoute } from '../../istio/validate-route.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import { pointAt } from '../routes/point-at.ts';
import type { Scope } from '../routes/scope.ts';
import { andMatch } from './and-match.ts';
import { injectionProblem } from './pair-problem.ts';
import type { Pair } from './precedence.ts';

/**
 * A copy is the user's route with a pair's match, subset and header. Each of Istio's rules is about one of these fields alone, so a copy
 * is valid if its route and its pair are valid by themselves. So each is validated once, not once for each copy.
 */

/** Is the route's own part of every copy valid? True only if that is certain. */
export function prevalidateRoute(route: HTTPRoute, scope: Scope): () => boolean {
  let known: boolean | undefined;
  return () => {
    known ??= isValidRoute(route, scope);
    return known;
  };
}

/** Each target may stay as it is or become a clone; a single target always becomes a clone. */
function isValidRoute(route: HTTPRoute, scope: Scope): boolean {
  const targets = route.route ?? [];
  const clones = targets
    .filter((target) => target?.destination)
    .map((target) => {
      const { weight } = target;
      const clone = pointAt(target, { to: 'any', clone: 'any' });
      return weight === undefined ? clone : { ...clone, weight };
    });
  const any = { ...route, route: targets.length === 1 ? clones : [...targets, ...clones] };
  return validateRoute(any, scope).length === 0;
}

/** Is the pair's own part of every copy valid? */
export function prevalidatePairs(scope: Scope): (pair: Pair) => boolean {
  const known = new Map<Pair, boolean>();
  const problems = new Map<PlannedInjection, string | undefined>();
  const hasProblem = ({ injection }: Pair): boolean => {
    if (!problems.has(injection)) problems.set(injection, injectionProblem(injection));
    return problems.get(injection) !== undefined;
  };
  return (pair) => {
    const isKnown = known.get(pair);
    if (isKnown !== undefined) return isKnown;
    if (hasProblem(pair)) {
      known.set(pair, false);
      return false;
    }
    const { entries } = andMatch(undefined, pair.selector.entries, scope);
    const any = {
      match: entries,
      route: [pointAt({ destination: { host: 'any' } }, pair.injection)],
    };
    // The regexes that a ref becomes are ours, and valid (test/property/refs.test.ts): compiling them all would take long.
    const isOwn = pair.selector.matchIndex === undefined;
    const context = isOwn ? { ...scope, shouldCompile: () => false } : scope;
    const isValid = entries.length > 0 && validateRoute(any, context).length === 0;
    known.set(pair, isValid);
    return isValid;
  };
}
