import { isClaimName } from '../../istio/header-name.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import { validateRoute } from '../../istio/validate-route.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import { pointAt } from '../routes/point-at.ts';
import type { Scope } from '../routes/scope.ts';
import { andMatch } from './and-match.ts';
import { injectionProblem } from './pair-problem.ts';
import type { Pair } from './precedence.ts';
import { isOfRef, type Selector } from './selectors.ts';

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
  return (pair) => {
    const isKnown = known.get(pair);
    if (isKnown !== undefined) return isKnown;
    const isValid = isSound(pair.injection) && isValidSelector(pair.selector, scope);
    known.set(pair, isValid);
    return isValid;
  };
}

/** The parts of a plan that was stored are the same objects in every call. */
const soundInjections = new WeakSet<PlannedInjection>();

/** Is all valid that copies have of their injection, apart from its selectors? */
function isSound(injection: PlannedInjection): boolean {
  if (soundInjections.has(injection)) return true;
  const route = [pointAt({ destination: { host: 'any' } }, injection)];
  const answer = injectionProblem(injection) === undefined && validateRoute({ route }).length === 0;
  if (answer) soundInjections.add(injection);
  return answer;
}

/** Valid ones whose validity depends on nothing else. The selectors of a stored plan are the same objects in every call. */
const knownValid = new WeakSet<Selector>();

/** Can it match a request, and does Istio accept its conditions? */
function isValidSelector(selector: Selector, scope: Scope): boolean {
  if (knownValid.has(selector)) return true;
  const { entries } = andMatch(undefined, selector.entries, scope);
  const any = { match: entries, route: [{ destination: { host: 'any' } }] };
  // The regexes that a ref or a link becomes are ours, and valid (test/property/refs.test.ts): compiling them all would take long.
  const isOwn = selector.matchIndex === undefined;
  const context = isOwn ? { ...scope, shouldCompile: () => false } : scope;
  const isValid = entries.length > 0 && validateRoute(any, context).length === 0;
  if (isValid && (isOfRef(selector) || isPlain(selector))) knownValid.add(selector);
  return isValid;
}

/** Without regexes, which are compiled in some VirtualServices only, and without claims, which only gateways know. */
function isPlain({ entries }: Selector): boolean {
  return entries.every(({ headers, sourceLabels: _labels, ...others }) => {
    if (Object.keys(others).length > 0) return false;
    for (const name in headers) {
      if (headers[name]?.regex !== undefined || isClaimName(name)) return false;
    }
    return true;
  });
}
