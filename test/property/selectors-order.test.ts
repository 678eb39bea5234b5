import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../support/fast-check.ts';
import type { IstioMatch } from '../../src/api/dynamicenv.ts';
import { covers } from '../../src/istio/cover.ts';
import { entryConditions, parameterKey } from '../../src/istio/entry-conditions.ts';
import { decisiveCount } from '../../src/istio/specificity.ts';
import { refSettings } from '../../src/refs/settings.ts';
import { type Pair, pairsByPrecedence } from '../../src/virtualservice/injections/precedence.ts';
import { plainEntry } from '../../src/virtualservice/injections/selectors.ts';
import { planEntry, SCOPE } from '../unit/virtualservice/builders.ts';

// Few names and few letters, so that matches often cover each other.
const text = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 2 });
const stringMatch = fc.oneof(
  text.map((exact) => ({ exact })),
  text.map((prefix) => ({ prefix })),
  fc.constantFrom('a', 'a.*', '[ab]+').map((regex) => ({ regex })),
);
const names = (...all: string[]) =>
  fc.dictionary(fc.constantFrom(...all), stringMatch, { minKeys: 1, maxKeys: 2 });
const whole = fc.record({
  headers: names('x', 'y'),
  sourceLabels: fc.dictionary(fc.constantFrom('app', 'team'), fc.constantFrom('1', '2'), {
    minKeys: 1,
  }),
  queryParams: names('x', 'X', 'q'),
  cookie: fc.record({ name: fc.constant('c'), exact: fc.constantFrom('1', '2') }),
  baggage: fc.record({ key: fc.constant('c'), exact: fc.constantFrom('1', '2') }),
});
const kinds = fc.subarray(
  ['headers', 'sourceLabels', 'queryParams', 'cookie', 'baggage'] as const,
  { minLength: 1, maxLength: 3 },
);
const match: fc.Arbitrary<IstioMatch> = fc
  .tuple(whole, kinds)
  .map(([all, some]) => Object.fromEntries(some.map((kind) => [kind, all[kind]])));
const ref = fc.constantFrom('mp-1', 'mp-12');

const SCOPES = [
  SCOPE,
  {
    ...SCOPE,
    gateways: ['public'],
    refs: refSettings({ refCarriers: ['header', 'baggage', 'cookie'] }),
  },
];
const COMPARED = new Set([
  ...['x', 'y', 'cookie', 'baggage', 'x-service-route', 'x-source-route'],
  ...['x', 'X', 'q'].map(parameterKey),
]);

const conditions = ({ selector }: Pair) =>
  selector.entries.map((entry) => entryConditions(plainEntry(entry), COMPARED));

/** Each entry of `b` is covered by one of `a`. */
const isCovered = (a: Pair, b: Pair) =>
  conditions(b).every((narrow) => conditions(a).some((wide) => covers(wide, narrow)));

const isSameRank = (a: Pair, b: Pair) =>
  a.selector.band === b.selector.band &&
  decisiveCount(a.selector.specificity, b.selector.specificity) === undefined;

/** Each selector with one that comes before it and covers it. */
const covered = (pairs: readonly Pair[]) =>
  pairs.flatMap((later, index) =>
    pairs
      .slice(0, index)
      .filter((first) => isCovered(first, later))
      .map((first) => ({ first, later })),
  );

it.each(SCOPES)(
  'a selector comes after one that covers it only if each covers the other: gateways $gateways',
  (scope) => {
    let count = 0;
    fc.assert(
      fc.property(
        fc.array(match, { maxLength: 6 }),
        fc.array(ref, { maxLength: 2 }),
        (all, refs) => {
          const injections = [
            ...all.map((one, index) => planEntry({ env: `match-${index}`, matches: [one] })),
            ...refs.map((one, index) => planEntry({ env: `ref-${index}`, matches: [], ref: one })),
          ];
          for (const { first, later } of covered(pairsByPrecedence(injections, scope))) {
            count += 1;
            expect(isCovered(later, first)).toBe(true);
            expect(isSameRank(first, later)).toBe(true);
          }
        },
      ),
      { numRuns: fc.readConfigureGlobal().numRuns ?? 1000 },
    );
    expect(count).toBeGreaterThan(10);
  },
);

it('a condition more of any kind makes a match narrower, and puts it before the wider one', () => {
  let count = 0;
  fc.assert(
    fc.property(match, match, (one, other) => {
      const both: IstioMatch = { ...one, ...other };
      const injections = [
        planEntry({ env: 'a', matches: [other] }),
        planEntry({ env: 'b', envCreationTimestamp: '2027-01-01T00:00:00Z', matches: [both] }),
      ];
      const [first, later] = pairsByPrecedence(injections, SCOPE);
      if (first === undefined || later === undefined) throw new Error('two pairs are expected');
      if (Object.keys(both).length === Object.keys(other).length) return;
      count += 1;
      expect(first.injection.env).toBe('b');
      expect(isCovered(later, first)).toBe(true);
    }),
  );
  expect(count).toBeGreaterThan(10);
});
