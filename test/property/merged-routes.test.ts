import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { patchProblems } from '../../src/istio/merged-routes/patch-problems.ts';
import { targetProblems } from '../../src/istio/merged-routes/target-problems.ts';
import { ENVOY } from '../support/merged-routes/envoy.ts';
import { ISTIOD } from '../support/merged-routes/istiod.ts';
import { mutated } from '../support/merged-routes/mutate.ts';
import { SCHEMA } from '../support/merged-routes/schema.ts';
import { VALID } from '../support/merged-routes/valid.ts';

const MAX_PROBLEMS = 8;
const ROWS = [...VALID, ...SCHEMA, ...ISTIOD, ...ENVOY];
const HTTP_ROUTES = VALID.flatMap(({ patch: { http } }) => (http as object[] | undefined) ?? []);
const TARGETS = [
  { hosts: ['own.example.com', '*.b.example'], gateways: [] },
  { hosts: ['*'], gateways: ['gw'] },
  { hosts: [], gateways: ['gw', 'mesh'] },
];

/** Calls both functions, which must throw nothing, change nothing and report few problems. */
function check(patch: object): void {
  const before = JSON.stringify(patch);
  const problems = patchProblems(patch);
  expect(problems.length).toBeLessThanOrEqual(MAX_PROBLEMS);
  expect(patchProblems(patch)).toEqual(problems);
  for (const target of TARGETS) {
    expect(targetProblems(patch, target).length).toBeLessThanOrEqual(MAX_PROBLEMS);
  }
  expect(JSON.stringify(patch)).toBe(before);
}

describe('problems of merged routes', () => {
  it('are few, whatever the patch is', () => {
    const any = fc.jsonValue({ maxDepth: 5 });
    const patches = fc.record({ http: any, tcp: any, tls: any }, { requiredKeys: [] });
    fc.assert(fc.property(patches, check), { numRuns: 500 });
  });

  it('are few, whatever is wrong in a patch that is nearly valid', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ROWS), fc.gen(), (row, gen) => {
        const choose = (below: number) => gen(fc.nat, { max: Math.max(below - 1, 0) });
        check(mutated(row, VALID, choose).patch);
      }),
      { numRuns: 2000 },
    );
  });

  it('are none in routes that are valid one by one, if their names differ', () => {
    const several = fc.array(fc.constantFrom(...HTTP_ROUTES), { maxLength: 6 });
    fc.assert(
      fc.property(several, (routes) => {
        const http = routes.map((route, i) => ({ ...route, name: `r-${i}` }));
        expect(patchProblems({ http })).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('name every field that is unknown, wherever it is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...HTTP_ROUTES), fc.nat(), (route, choice) => {
        const copy = structuredClone(route);
        const places = objectsIn(copy);
        const place = places[choice % places.length] as Record<string, unknown>;
        place['unknownField'] = 1;
        expect(patchProblems({ http: [copy] })).not.toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

/** The object and all objects in it, without lists. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value, ...inner];
}
