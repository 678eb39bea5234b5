import type { IstioMatch } from '../../api/dynamicenv.ts';
import { injectedRouteName } from '../../api/route-name.ts';
import { compareSpecificity, type Specificity, specificityOf } from '../../istio/specificity.ts';
import { byText } from '../../k8s/canonical.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';

/** One match of one injection: it has one copy of every eligible route. */
export interface Pair {
  injection: PlannedInjection;
  match: IstioMatch;
  matchIndex: number;
  routeName: string;
}

/** All pairs by precedence: the more specific match first, then the older env, then by name. */
export function pairsByPrecedence(injections: readonly PlannedInjection[]): Pair[] {
  const ranked: Ranked[] = [];
  for (const injection of injections) {
    const routeName = routeNameOf(injection);
    injection.matches.forEach((match, matchIndex) => {
      const pair = { injection, match, matchIndex, routeName };
      ranked.push({ pair, specificity: specificityOf(match) });
    });
  }
  return ranked.sort(byPrecedence).map(({ pair }) => pair);
}

/** Sorting needs each pair's specificity many times. */
interface Ranked {
  pair: Pair;
  specificity: Specificity;
}

/** The name of all routes of one injection. */
export function routeNameOf({ env, deployment, host }: PlannedInjection): string {
  return injectedRouteName(env, deployment, host);
}

function byPrecedence(a: Ranked, b: Ranked): number {
  return (
    compareSpecificity(a.specificity, b.specificity) ||
    olderFirst(a.pair.injection, b.pair.injection) ||
    a.pair.matchIndex - b.pair.matchIndex
  );
}

/** The order of envs whose matches are equally specific: older first. */
export function olderFirst(a: PlannedInjection, b: PlannedInjection): number {
  return (
    byText(a.created, b.created) ||
    byText(a.env, b.env) ||
    byText(a.deployment.namespace, b.deployment.namespace) ||
    byText(a.deployment.name, b.deployment.name) ||
    byText(a.host, b.host)
  );
}
