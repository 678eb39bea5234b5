import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import { covers, type HeaderAndSourceMatch } from '../../src/istio/cover.ts';
import { createCoverIndex } from '../../src/istio/cover-index.ts';
import type { StringMatch } from '../../src/istio/types.ts';

// Few letters and few names, so that matches often cover each other.
const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3 });
const regex = fc.constantFrom('a', 'a.*', '.*', '(?i)A', 'a|ab', '(', '*', '');
const stringMatch: fc.Arbitrary<StringMatch> = fc.oneof(
  text.map((exact) => ({ exact })),
  text.map((prefix) => ({ prefix })),
  regex.map((r) => ({ regex: r })),
  fc.constant({}),
);
const match: fc.Arbitrary<HeaderAndSourceMatch> = fc.record(
  {
    headers: fc.dictionary(fc.constantFrom('x', 'X', 'y', 'constructor'), stringMatch, {
      maxKeys: 3,
    }),
    sourceLabels: fc.dictionary(fc.constantFrom('x', 'app'), fc.constantFrom('a', 'b'), {
      maxKeys: 2,
    }),
  },
  { requiredKeys: [] },
);
/** Matches, each with an owner. Narrow ones may come before or after wide ones. */
const added = fc.array(fc.tuple(fc.constantFrom('p', 'q'), match), { maxLength: 12 });

describe('a cover index', () => {
  it('finds the same as a search through all added matches', () => {
    fc.assert(
      fc.property(added, fc.constantFrom('p', 'q'), match, (all, mine, wanted) => {
        const index = createCoverIndex<number>();
        all.forEach(([, one], place) => {
          index.add(one, place);
        });
        const plain = all.findIndex(([owner, one]) => owner !== mine && covers(one, wanted));
        const found = index.first(wanted, (place) => all[place]?.[0] !== mine);
        expect(found).toBe(plain < 0 ? undefined : plain);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not compare matches whose rarest condition is not covered', () => {
    const index = createCoverIndex<number>();
    const asked: number[] = [];
    for (let at = 0; at < 100; at += 1) {
      index.add({ headers: { team: { exact: 'a' }, user: { exact: `u${at}` } } }, at);
    }
    const wanted = { headers: { team: { exact: 'a' }, user: { exact: 'u70' } } };
    expect(index.first(wanted, (at) => asked.push(at) > 0)).toBe(70);
    expect(asked.length).toBeLessThanOrEqual(2);
  });
});
