import type { IstioMatch } from '../../src/api/dynamicenv.ts';
import type { Pair } from '../../src/virtualservice/injections/precedence.ts';

/** The match that a pair was made of; a pair of a ref has none. */
export function matchOf({ injection, selector }: Pair): IstioMatch {
  return injection.matches[selector.matchIndex ?? -1] ?? {};
}
