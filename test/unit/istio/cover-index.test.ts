import { describe, expect, it } from '@jest/globals';
import { covers, type HeaderAndSourceMatch } from '../../../src/istio/cover.ts';
import { createCoverIndex } from '../../../src/istio/cover-index.ts';

/** Narrow and wide matches of every kind, with one condition or several. */
const MATCHES: HeaderAndSourceMatch[] = [
  {},
  { headers: { user: {} } },
  { headers: { user: { exact: 'alice' } } },
  { headers: { USER: { exact: 'alice' } } },
  { headers: { user: { exact: 'al' } } },
  { headers: { user: { prefix: 'al' } } },
  { headers: { user: { prefix: 'alice' } } },
  { headers: { user: { prefix: 'alices' } } },
  { headers: { user: { regex: 'al.*' } } },
  { headers: { user: { regex: 'b.*' } } },
  { headers: { team: { exact: 'alice' } } },
  { headers: { team: { prefix: 'al' } } },
  { headers: { user: { exact: 'alice' }, team: { exact: 'a' } } },
  { headers: { user: { prefix: 'al' }, team: { regex: 'a|b' } } },
  { headers: { user: { exact: 'alice' }, USER: { prefix: 'a' } } },
  { sourceLabels: { app: 'web' } },
  { sourceLabels: { app: 'job' } },
  { sourceLabels: { user: 'alice' } },
  { headers: { user: { prefix: 'al' } }, sourceLabels: { app: 'web' } },
  { headers: { user: { exact: 'alice' } }, sourceLabels: { app: 'web', tier: 'front' } },
];
const text = (match: HeaderAndSourceMatch) => JSON.stringify(match);

function indexOf(matches: readonly HeaderAndSourceMatch[]) {
  const index = createCoverIndex<HeaderAndSourceMatch>();
  for (const match of matches) index.add(match, match);
  return index;
}

describe.each(MATCHES.map((wanted) => [text(wanted), wanted] as const))('%s', (_text, wanted) => {
  const covering = MATCHES.filter((match) => covers(match, wanted));

  it('finds exactly the matches that cover it, if each is alone in the index', () => {
    const found = MATCHES.filter((match) => indexOf([match]).first(wanted, () => true) === match);
    expect(found.map(text)).toEqual(covering.map(text));
  });

  it('finds the covering match that was added first', () => {
    for (const order of [MATCHES, [...MATCHES].reverse()]) {
      const first = order.find((match) => covers(match, wanted));
      expect(indexOf(order).first(wanted, () => true)).toBe(first);
    }
  });

  it('finds the first covering match that the caller accepts', () => {
    const index = indexOf(MATCHES);
    for (const accepted of MATCHES) {
      const isCovering = covering.includes(accepted);
      expect(index.first(wanted, (match) => match === accepted)).toBe(
        isCovering ? accepted : undefined,
      );
    }
    expect(index.first(wanted, () => false)).toBeUndefined();
  });
});

it('finds nothing if the index is empty', () => {
  expect(createCoverIndex().first({ headers: { user: {} } }, () => true)).toBeUndefined();
});
