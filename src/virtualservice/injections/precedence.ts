import type { IstioMatch } from '../../api/dynamicenv.ts';
import { injectedRouteName } from '../../api/route-name.ts';
import { compareSpecificity, type Specificity, specificityOf } from '../../istio/specificity.ts';
import { byText } from '../../k8s/canonical.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';

/** One match of one injection: one route before every eligible one. */
export interface Pair {
  injection: PlannedInjection;
  match: IstioMatch;
  matchIndex: number;
  routeName: string;
}

/** All pairs, the one that decides first leading: the narrower match, then the older env, then by name. */
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

/** Sorting asks for each pair's rank again and again. */
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

/** Order of envs where their matches weigh the same: older first. */
export function olderFirst(a: PlannedInjection, b: PlannedInjection): number {
  return (
    byText(a.created, b.created) ||
    byText(a.env, b.env) ||
    byText(a.deployment.namespace, b.deployment.namespace) ||
    byText(a.deployment.name, b.deployment.name) ||
    byText(a.host, b.host)
  );
}
