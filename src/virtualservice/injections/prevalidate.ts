import type { HTTPRoute } from '../../istio/types.ts';
import { validateRoute } from '../../istio/validate-route.ts';
import { pointAt } from '../routes/point-at.ts';
import type { Scope } from '../routes/scope.ts';
import { andMatch } from './and-match.ts';
import { pairProblem } from './pair-problem.ts';
import type { Pair } from './precedence.ts';

/**
 * A copy is the user's route with a pair's match, subset and header put in, and each of Istio's rules is about one of these
 * fields alone: where the two are sound by themselves, every copy is. So each is judged once, not once for each copy.
 */

/** Would any sound pair's copy of this route be sound, as far as the route's own part goes? True only if it surely is. */
export function prevalidateRoute(route: HTTPRoute, scope: Scope): () => boolean {
  let known: boolean | undefined;
  return () => {
    known ??= isValidRoute(route, scope);
    return known;
  };
}

/** Each target may stay as it is or become a clone's, unless it is alone. */
function isValidRoute(route: HTTPRoute, scope: Scope): boolean {
  const targets = route.route ?? [];
  const led = targets.map((target) => {
    const { weight } = target;
    const clone = pointAt(target, { to: 'any', clone: 'any' });
    return weight === undefined ? clone : { ...clone, weight };
  });
  const any = { ...route, route: targets.length === 1 ? led : [...targets, ...led] };
  return validateRoute(any, scope).length === 0;
}

/** Would the pair's copy of any sound route be sound, as far as the pair's own part goes? */
export function prevalidatePairs(scope: Scope): (pair: Pair) => boolean {
  const known = new Map<Pair, boolean>();
  return (pair) => {
    const isKnown = known.get(pair);
    if (isKnown !== undefined) return isKnown;
    if (pairProblem(pair) !== undefined) {
      known.set(pair, false);
      return false;
    }
    const { entries } = andMatch(undefined, pair.match, scope);
    const any = {
      match: entries,
      route: [pointAt({ destination: { host: 'any' } }, pair.injection)],
    };
    const isSound = entries.length > 0 && validateRoute(any, scope).length === 0;
    known.set(pair, isSound);
    return isSound;
  };
}
