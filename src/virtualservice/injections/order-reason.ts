import { decisiveCount, specificityOf } from '../../istio/specificity.ts';
import type { Pair } from './precedence.ts';

/** Why `first` comes before `later` in `pairsByPrecedence`; the subject of the sentence is the first. */
export function orderReason(first: Pair, later: Pair): string {
  const { env } = later.injection;
  const [own, other] = [specificityOf(first.match), specificityOf(later.match)];
  const count = decisiveCount(own, other);
  if (count !== undefined) {
    const numbers = `${own[count]}, that of ${env} ${other[count]}`;
    return {
      conditions: `its match has more conditions (${numbers})`,
      exact: `its match has more exact conditions (${numbers})`,
      prefix: `its match has more prefixes (${numbers})`,
      literal: `its match has more text to compare (${numbers} characters)`,
    }[count];
  }
  const [a, b] = [first, later].map(({ injection }) => injection.created);
  if (a !== b) return `it is older (${a}, ${env} ${b}), and the matches are equally specific`;
  return first.injection.env === env
    ? 'it is the same env'
    : 'it comes first by name; matches and ages are equal';
}
