import { canonicalJson } from '../../k8s/canonical.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import type { Pair } from './precedence.ts';
import type { Selector } from './selectors.ts';

/**
 * One selector of one env, with all injections of the env that have it; of an entry's link, with those of other envs that have it. They share one copy of a route, because the first of several
 * copies with the same match would take all requests.
 */
export interface Group {
  env: string;
  selector: Selector;
  /** Each of another injection, by precedence. */
  pairs: readonly Pair[];
}

/** The pairs by env and selector, in the order of each group's first pair. A match that an injection has twice is in two groups. */
export function groupsOf(pairs: readonly Pair[]): Group[] {
  const several = envsOfSeveral(pairs);
  const hasEntries = pairs.some(({ selector }) => selector.way !== undefined);
  if (several.size === 0 && !hasEntries) {
    return pairs.map((pair) => ({
      env: pair.injection.env,
      selector: pair.selector,
      pairs: [pair],
    }));
  }
  const groups: (Group & { pairs: Pair[] })[] = [];
  const open = new Map<string, (Group & { pairs: Pair[] })[]>();
  for (const pair of pairs) {
    const { env } = pair.injection;
    const group = { env, selector: pair.selector, pairs: [pair] };
    const isShared = isSharedByEnvs(pair.selector);
    if (!several.has(env) && !isShared) {
      groups.push(group);
      continue;
    }
    const key = canonicalJson([isShared ? '' : env, pair.selector.entries]);
    const same = open.get(key) ?? [];
    open.set(key, same);
    const place = timesSeen(same, pair.injection);
    const known = same[place];
    if (known !== undefined) {
      known.pairs.push(pair);
      continue;
    }
    same.push(group);
    groups.push(group);
  }
  return groups;
}

/** Envs of one ref have the same link, and a link with an empty value leaves all envs: one copy is enough for them. */
function isSharedByEnvs({ way }: Selector): boolean {
  return way !== undefined && way !== 'match';
}

/** The envs with more than one injection. Most have one, so that nothing has to be grouped. */
function envsOfSeveral(pairs: readonly Pair[]): Set<string> {
  const first = new Map<string, PlannedInjection>();
  const several = new Set<string>();
  for (const { injection } of pairs) {
    const known = first.get(injection.env);
    if (known === undefined) first.set(injection.env, injection);
    else if (known !== injection) several.add(injection.env);
  }
  return several;
}

/** In how many of these groups, all of one match, the injection is. They are filled one after the other. */
function timesSeen(groups: readonly Group[], injection: PlannedInjection): number {
  return groups.filter(({ pairs }) => pairs.some((pair) => pair.injection === injection)).length;
}
