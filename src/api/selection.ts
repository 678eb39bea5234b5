import type { DynamicEnvSpec, IstioMatch } from './dynamicenv.ts';
import type { LaterMatch, RouteInjectionSpec } from './routeinjection.ts';

type Selection = Pick<RouteInjectionSpec, 'matches' | 'laterMatches' | 'ref'>;

/** Fields of a match that version 0.1 does not know. */
const LATER = ['queryParams', 'cookie', 'baggage'] as const;

/**
 * Does a match have conditions that version 0.1 does not know? That version ignores them, and would take the requests that meet the
 * rest of the match; if nothing is left, everybody's requests. It may read our objects during an upgrade, and after a downgrade.
 */
export function isLaterMatch(match: IstioMatch): boolean {
  return LATER.some((field) => match[field] !== undefined);
}

/** What selects an env's requests, as a RouteInjection has it: matches that version 0.1 must not see are in a list of their own. */
export function selectionOf({ istioMatches = [], ref }: DynamicEnvSpec): Selection {
  const later = istioMatches.flatMap((match, index) =>
    isLaterMatch(match) ? [{ index, match }] : [],
  );
  return {
    matches: istioMatches.filter((match) => !isLaterMatch(match)),
    ...(later.length === 0 ? {} : { laterMatches: later }),
    ...(ref === undefined ? {} : { ref }),
  };
}

/** All matches of a RouteInjection, in the order of the env's `istioMatches`. */
export function matchesOf({ matches, laterMatches }: Selection): IstioMatch[] {
  if (laterMatches === undefined) return matches;
  const all = [...matches];
  for (const { index, match } of laterMatches.toSorted(byIndex)) all.splice(index, 0, match);
  return all;
}

function byIndex(a: LaterMatch, b: LaterMatch): number {
  return a.index - b.index;
}
