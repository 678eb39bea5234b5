import { MERGED_LISTS } from '../../api/virtualservicemerge.ts';
import type { PlannedMerge } from '../../virtualservice/routes/merge-codec.ts';

type Lists = Pick<PlannedMerge, (typeof MERGED_LISTS)[number]>;

/** How many routes, and the verb: `2 http routes and 1 tls route are`, or with `stays` `1 http route stays`. */
export function routesText(routes: Lists, verb: 'is' | 'stays'): string {
  const counts = MERGED_LISTS.map((list) => [list, routes[list]?.length ?? 0] as const).filter(
    ([, count]) => count > 0,
  );
  const parts = counts.map(
    ([list, count]) => `${count} ${list} ${count === 1 ? 'route' : 'routes'}`,
  );
  const isOne = counts.length === 1 && counts[0]?.[1] === 1;
  const plural = verb === 'is' ? 'are' : 'stay';
  return `${parts.length === 0 ? 'no routes' : parts.join(' and ')} ${isOne ? verb : plural}`;
}
