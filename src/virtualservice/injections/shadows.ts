import type { HTTPRoute } from '../../istio/types.ts';
import { labelOf } from '../routes/eligible.ts';
import type { Pair } from './precedence.ts';
import type { Draft } from './render.ts';
import type { IsActive } from './taken.ts';
import { takenBefore } from './taken-before.ts';

/** A pair whose requests an earlier pair takes, before all routes of which it has a copy or before some. */
export interface Shadow {
  pair: Pair;
  /** The first pair that takes them. */
  by: Pair;
  /** The routes before which that is so, in words; undefined: all of which the pair has a copy. */
  at?: string[];
}

/**
 * The pairs that get no requests, judged by the drafted copies. Before one route, a copy gets none if each of its match entries is
 * covered by an entry of an earlier active copy; and of two injections of one env that want the same targets, the second gets none.
 * An injection that is not active takes no requests.
 */
export function findShadows(whole: Draft, isActive: IsActive): Shadow[] {
  const draft = withoutEntries(whole);
  const { groups, routes, pairs } = draft;
  // A single pair cannot be shadowed.
  if (pairs.length < 2) return [];
  const takenAt = takenBefore(draft, isActive);
  const taken = new Map<Pair, { by: Pair; routes: HTTPRoute[] }>();
  for (const { route, copies } of routes) {
    for (const [pair, by] of takenAt(route, copies)) {
      const known = taken.get(pair);
      if (known === undefined) taken.set(pair, { by, routes: [route] });
      else known.routes.push(route);
    }
  }
  if (taken.size === 0) return [];
  const counts = copyCounts(draft, taken);
  return groups
    .flatMap((group) => group.pairs)
    .flatMap((pair): Shadow[] => {
      const found = taken.get(pair);
      if (found === undefined) return [];
      const isWhole = found.routes.length === counts.get(pair);
      return [{ pair, by: found.by, ...(isWhole ? {} : { at: found.routes.map(labelOf) }) }];
    });
}

/** An entry's copies are for a part of the requests at one host only, so they take no other copy's requests as a whole. */
function withoutEntries(draft: Draft): Draft {
  const isOther = ({ selector }: Pick<Pair, 'selector'>) => selector.way === undefined;
  if (draft.pairs.every(isOther)) return draft;
  return {
    ...draft,
    pairs: draft.pairs.filter(isOther),
    groups: draft.groups.filter(isOther),
    routes: draft.routes.map(({ route, copies }) => ({
      route,
      copies: copies.filter(({ group }) => isOther(group)),
    })),
  };
}

/** Of how many routes each of these pairs has a copy. */
function copyCounts({ routes }: Draft, asked: ReadonlyMap<Pair, unknown>): Map<Pair, number> {
  const counts = new Map<Pair, number>();
  for (const { copies } of routes) {
    for (const { pairs } of copies) {
      for (const pair of pairs) {
        if (asked.has(pair)) counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
  }
  return counts;
}
