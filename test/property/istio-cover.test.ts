import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { covers, type HeaderAndSourceMatch } from '../../src/istio/cover.ts';
import { compareSpecificity, specificityOf } from '../../src/istio/specificity.ts';
import { matchesString } from '../../src/istio/string-match.ts';
import type { StringMatch } from '../../src/istio/types.ts';

// Few letters and few names, so that matches often overlap and often cover each other.
const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3 });
const regex = fc.constantFrom('a', 'a.*', '.*', '(?i)A', 'a|ab', '[ab]+', 'b?', '(', '*', '');
const stringMatch: fc.Arbitrary<StringMatch> = fc.oneof(
  text.map((exact) => ({ exact })),
  text.map((prefix) => ({ prefix })),
  regex.map((r) => ({ regex: r })),
  fc.constant({}),
);
const headers = fc.dictionary(fc.constantFrom('x', 'X', 'y', 'constructor'), stringMatch, {
  maxKeys: 3,
});
const labels = fc.dictionary(fc.constantFrom('app', 'version'), fc.constantFrom('1', '2'));
const match: fc.Arbitrary<HeaderAndSourceMatch> = fc.record(
  { headers, sourceLabels: labels },
  { requiredKeys: [] },
);
const request = fc.record({
  headers: fc.dictionary(fc.constantFrom('x', 'y', 'constructor'), text),
  labels: fc.dictionary(fc.constantFrom('app', 'version', 'other'), fc.constantFrom('1', '2')),
});

type Request = { headers: Record<string, string>; labels: Record<string, string> };

/** The simplest possible implementation, for comparison. */
function satisfies(sent: Request, wanted: HeaderAndSourceMatch): boolean {
  const headersFit = Object.entries(wanted.headers ?? {}).every(([name, condition]) =>
    matchesString(condition, new Map(Object.entries(sent.headers)).get(name.toLowerCase())),
  );
  const labelsFit = Object.entries(wanted.sourceLabels ?? {}).every(
    ([key, value]) => sent.labels[key] === value,
  );
  return headersFit && labelsFit;
}

/** Changes a request so that it meets a match where this is easy, because random requests rarely match. */
function fitting(wanted: HeaderAndSourceMatch, { headers: sent, labels: own }: Request): Request {
  const made = Object.entries(wanted.headers ?? {}).map(([name, condition]) => [
    name.toLowerCase(),
    condition.exact ?? (condition.prefix ?? '') + (sent['x'] ?? 'a'),
  ]);
  return {
    headers: { ...sent, ...Object.fromEntries(made) },
    labels: { ...own, ...wanted.sourceLabels },
  };
}

describe('covers', () => {
  it('is true only if every request that satisfies b also satisfies a', () => {
    fc.assert(
      fc.property(match, match, fc.array(request, { maxLength: 8 }), (a, b, requests) => {
        fc.pre(covers(a, b));
        for (const sent of requests.flatMap((r) => [r, fitting(b, r)])) {
          if (satisfies(sent, b)) expect(satisfies(sent, a)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is true for every match with itself, and for the empty match with every match', () => {
    fc.assert(
      fc.property(match, (m) => {
        expect(covers(m, m)).toBe(true);
        expect(covers({}, m)).toBe(true);
      }),
    );
  });

  it('is transitive', () => {
    fc.assert(
      fc.property(match, match, match, (a, b, c) => {
        fc.pre(covers(a, b) && covers(b, c));
        expect(covers(a, c)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('compareSpecificity', () => {
  const compare = (a: HeaderAndSourceMatch, b: HeaderAndSourceMatch) =>
    compareSpecificity(specificityOf(a), specificityOf(b));

  const distinctNames = match.filter(
    ({ headers: h = {} }) => !(Object.hasOwn(h, 'x') && Object.hasOwn(h, 'X')),
  );

  it('never sorts a match after one that covers it', () => {
    fc.assert(
      fc.property(distinctNames, distinctNames, (a, b) => {
        fc.pre(covers(a, b));
        expect(compare(b, a)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  it('is a total order', () => {
    fc.assert(
      fc.property(match, match, match, (a, b, c) => {
        expect(Math.sign(compare(a, b)) + Math.sign(compare(b, a))).toBe(0);
        if (compare(a, b) <= 0 && compare(b, c) <= 0) {
          expect(compare(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});
