import { decisiveCount } from '../../istio/specificity.ts';
import type { Pair } from './precedence.ts';
import type { Band } from './selectors.ts';

const BY_BAND: Record<Band, string> = {
  link: 'links',
  parameter: 'conditions on query parameters',
  ref: 'refs in headers',
  header: 'matches on headers and source labels',
  baggage: 'conditions on baggage',
  entry: 'cookies of links',
  cookie: 'conditions on cookies',
};

/** Why `first` comes before `later` in `pairsByPrecedence`; the subject of the sentence is the first. */
export function orderReason(first: Pair, later: Pair): string {
  const { env } = later.injection;
  const { selector: a } = first;
  const { selector: b } = later;
  if (a.band !== b.band) return `${BY_BAND[a.band]} come before ${BY_BAND[b.band]}`;
  const [own, other] = [a.specificity, b.specificity];
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
  const [since, laterSince] = [first, later].map(({ injection }) => injection.created);
  if (since !== laterSince)
    return `it is older (${since}, ${env} ${laterSince}), and the matches are equally specific`;
  return first.injection.env === env
    ? 'it is the same env'
    : 'it comes first by name; matches and ages are equal';
}
