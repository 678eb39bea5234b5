import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { IstioMatch } from '../../src/api/dynamicenv.ts';
import { covers } from '../../src/istio/cover.ts';
import { entryConditions } from '../../src/istio/entry-conditions.ts';
import { headerKey } from '../../src/istio/header-name.ts';
import { refSettings } from '../../src/refs/settings.ts';
import type { Copy } from '../../src/virtualservice/injections/copies.ts';
import { draftRoutes } from '../../src/virtualservice/injections/render.ts';
import { plainEntry } from '../../src/virtualservice/injections/selectors.ts';
import { findShadows } from '../../src/virtualservice/injections/shadows.ts';
import { BASE, planEntry, SCOPE, users } from '../unit/virtualservice/builders.ts';

const scope = {
  ...SCOPE,
  gateways: ['istio-system/public'],
  refs: refSettings({ refCarriers: ['header', 'baggage', 'cookie'] }),
};

/** Conditions of every kind, among them some on the headers that carry refs. */
const match: fc.Arbitrary<IstioMatch> = fc.constantFrom<IstioMatch>(
  {},
  { headers: { user: { exact: 'test' } } },
  { headers: { user: { prefix: 'te' } } },
  { headers: { 'x-source-route': { exact: 'mp-1' } } },
  { headers: { 'X-Service-Route': {} } },
  { headers: { baggage: { regex: '.*' } } },
  { headers: { cookie: {} } },
  { cookie: { name: 'x-source-route', exact: 'mp-1' } },
  { baggage: { key: 'user', exact: 'test' } },
  { queryParams: { user: { exact: 'test' } } },
  { sourceLabels: { app: 'web' } },
);
const selection = fc.record(
  {
    ref: fc.constantFrom('mp-1', 'mp-2', 'mp-3'),
    matches: fc.array(match, { maxLength: 2 }),
    isActive: fc.boolean(),
  },
  { requiredKeys: ['matches', 'isActive'] },
);

/** All headers of the copies are compared. */
function conditionsOf({ group }: Copy) {
  const entries = group.selector.entries.map(plainEntry);
  const compared = entries.flatMap(({ headers, queryParams }) => [
    ...Object.keys(headers ?? {}).map(headerKey),
    ...Object.keys(queryParams ?? {}).map((name) => `: query ${name}`),
  ]);
  return entries.map((entry) => entryConditions(entry, new Set(compared)));
}

test('a copy is shadowed exactly if earlier active ones of other envs cover each of its entries, by refs or by matches', () => {
  let shadowed = 0;
  let ofRefs = 0;
  fc.assert(
    fc.property(fc.array(selection, { minLength: 2, maxLength: 8 }), (selections) => {
      const injections = selections.map(({ isActive: _, ...one }, at) =>
        planEntry({ ...one, env: `env-${at}` }),
      );
      const isActive = ({ env }: { env: string }) =>
        selections[Number(env.slice('env-'.length))]?.isActive === true;
      const draft = draftRoutes(users([BASE]), injections, scope);
      const copies = draft.routes[0]?.copies ?? [];
      const expected = copies
        .filter((copy, place) => {
          const earlier = copies
            .slice(0, place)
            .filter(({ group }) => group.env !== copy.group.env)
            .filter(({ pairs }) => pairs.some(({ injection }) => isActive(injection)))
            .flatMap(conditionsOf);
          return conditionsOf(copy).every((own) => earlier.some((one) => covers(one, own)));
        })
        .flatMap(({ pairs }) => pairs);
      const found = findShadows(draft, isActive).map(({ pair }) => pair);
      expect(new Set(found)).toEqual(new Set(expected));
      shadowed += found.length;
      ofRefs += found.filter(({ selector }) => selector.matchIndex === undefined).length;
    }),
    { numRuns: 1500 },
  );
  expect(shadowed).toBeGreaterThan(500);
  expect(ofRefs).toBeGreaterThan(100);
});
