import type { HeaderAndSourceMatch } from '../../istio/cover.ts';
import { createCoverIndex } from '../../istio/cover-index.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import { claimsOn } from '../routes/clone-targets.ts';
import type { PlannedInjection } from '../routes/plan-codec.ts';
import type { Scope } from '../routes/scope.ts';
import type { Copy } from './copies.ts';
import type { Pair } from './precedence.ts';

export type IsActive = (injection: PlannedInjection) => boolean;

/** Pairs whose requests are taken, and the pair that takes them. */
export type Taken = ReadonlyMap<Pair, Pair>;

/** Taken by earlier copies: those of other envs, and those of the same env that do not send to the pair's own clone. */
export function takenByEarlier(
  copies: readonly Copy[],
  entries: (copy: Copy) => readonly HeaderAndSourceMatch[],
  isActive: IsActive,
): Taken {
  const taken = new Map<Pair, Pair>();
  const earlier = createCoverIndex<{ pairs: readonly Pair[]; by: Pair }>();
  for (const copy of copies) {
    const conditions = entries(copy);
    for (const pair of copy.pairs) {
      const { env } = pair.injection;
      const isRival = ({ pairs }: { pairs: readonly Pair[] }) =>
        pairs[0]?.injection.env !== env ||
        !pairs.some(({ injection }) => injection === pair.injection);
      const by = firstOfAll(conditions, (one) => earlier.first(one, isRival)?.by);
      if (by !== undefined) taken.set(pair, by);
    }
    const by = copy.pairs.find(({ injection }) => isActive(injection));
    if (by === undefined) continue;
    for (const one of conditions) earlier.add(one, { pairs: copy.pairs, by });
  }
  return taken;
}

/** The result for the first item, if there is a result for every item. */
function firstOfAll<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  let first: R | undefined;
  for (const item of items) {
    const found = find(item);
    if (found === undefined) return undefined;
    first ??= found;
  }
  return first;
}

/** Taken by earlier injections of the same env that want the same targets. */
export function takenWithin(
  route: HTTPRoute,
  copies: readonly Copy[],
  scope: Scope,
  isActive: IsActive,
): Taken {
  const taken = new Map<Pair, Pair>();
  for (const { pairs } of copies) {
    if (pairs.length < 2) continue;
    const places = new Map(pairs.map(({ injection }, place) => [injection, place]));
    const active = pairs.map(({ injection }) => injection).filter(isActive);
    const { exact } = claimsOn(route, active, scope);
    pairs.forEach((pair, place) => {
      const own = [...claimsOn(route, [pair.injection], scope).exact.keys()];
      const by = firstOfAll(own, (key) => {
        const winner = places.get(exact.get(key) ?? pair.injection) ?? place;
        return winner < place ? pairs[winner] : undefined;
      });
      if (by !== undefined) taken.set(pair, by);
    });
  }
  return taken;
}
