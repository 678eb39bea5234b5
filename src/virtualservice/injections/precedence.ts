import { injectedRouteName } from '../../api/route-name.ts';
import { compareSpecificity } from '../../istio/specificity.ts';
import { byText } from '../../k8s/canonical.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import type { Scope } from '../routes/scope.ts';
import { BANDS, type Selector, selectorsOf } from './selectors.ts';

/** One selector of one injection: it has one copy of every eligible route. */
export interface Pair {
  injection: PlannedInjection;
  selector: Selector;
  routeName: string;
}

/** All pairs by precedence: by band, then the more specific match first, then the older env, then by name. */
export function pairsByPrecedence(injections: readonly PlannedInjection[], scope: Scope): Pair[] {
  const pairs: Pair[] = [];
  for (const injection of injections) {
    const routeName = routeNameOf(injection);
    for (const selector of selectorsOf(injection, scope)) {
      pairs.push({ injection, selector, routeName });
    }
  }
  // Sorting is stable: the selectors of one injection that are equal in all else keep their order.
  return pairs.sort(byPrecedence);
}

/** The name of all routes of one injection. */
export function routeNameOf({ env, deployment, host }: PlannedInjection): string {
  return injectedRouteName(env, deployment, host);
}

function byPrecedence(a: Pair, b: Pair): number {
  return (
    BANDS.indexOf(a.selector.band) - BANDS.indexOf(b.selector.band) ||
    compareSpecificity(a.selector.specificity, b.selector.specificity) ||
    olderFirst(a.injection, b.injection)
  );
}

/** A selector in words, in messages about its env. */
export function selectorText({ injection, selector: { matchIndex } }: Pair): string {
  if (injection.entry !== undefined && matchIndex === undefined) {
    return `entry ${injection.entry.host}`;
  }
  return matchIndex === undefined ? `ref ${injection.ref}` : `match ${matchIndex + 1}`;
}

/** The order of envs whose matches are equally specific: older first. */
export function olderFirst(a: PlannedInjection, b: PlannedInjection): number {
  return (
    byText(a.created, b.created) ||
    byText(a.env, b.env) ||
    // An entry's copy is for fewer requests than one of the same match for a Service.
    Number(b.entry !== undefined) - Number(a.entry !== undefined) ||
    byText(a.deployment.namespace, b.deployment.namespace) ||
    byText(a.deployment.name, b.deployment.name) ||
    byText(a.host, b.host)
  );
}
