import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstMismatch, type HttpRequest } from '../../src/istio/match-request.ts';
import { mergeMatches } from '../../src/istio/merge-match.ts';
import type { HTTPMatchRequest, StringMatch } from '../../src/istio/types.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 2 });
const stringMatch: fc.Arbitrary<StringMatch> = fc.oneof(
  text.map((exact) => ({ exact })),
  text.map((prefix) => ({ prefix })),
  fc.constantFrom('a*', '.*', 'a|b').map((regex) => ({ regex })),
  fc.constant({}),
);
const matches = fc.dictionary(fc.constantFrom('x', 'y'), stringMatch);
const labels = fc.dictionary(fc.constantFrom('app', 'v'), fc.constantFrom('1', '2'));
const match: fc.Arbitrary<HTTPMatchRequest> = fc.record(
  {
    uri: text.map((prefix) => ({ prefix: `/${prefix}` })),
    method: fc.constantFrom({ exact: 'GET' }, { prefix: 'P' }),
    headers: matches,
    withoutHeaders: matches,
    queryParams: matches,
    port: fc.constantFrom(0, 80, 81),
    sourceLabels: labels,
    sourceNamespace: fc.constantFrom('', 'a', 'b'),
    gateways: fc.subarray(['mesh', 'a/gw', 'b/gw']),
    ignoreUriCase: fc.boolean(),
  },
  { requiredKeys: [] },
);
const values = fc.dictionary(fc.constantFrom('x', 'y'), text);
const request: fc.Arbitrary<HttpRequest> = fc
  .record({
    method: fc.constantFrom('GET', 'POST'),
    path: text.map((t) => `/${t}`),
    query: values,
    headers: values,
    port: fc.constantFrom(80, 81),
    sourceLabels: labels,
    sourceNamespace: fc.constantFrom('a', 'b'),
    gateway: fc.constantFrom('mesh', 'a/gw'),
  })
  .map(({ path, query, ...rest }) => ({
    ...rest,
    scheme: 'http',
    authority: 'host',
    path: `${path}?${new URLSearchParams(query)}`,
  }));
const fits = (m: HTTPMatchRequest, r: HttpRequest) => firstMismatch(m, r, 'a') === undefined;

describe('a match entry', () => {
  it('matches exactly if each of its fields matches; source fields count only without gateways', () => {
    fc.assert(
      fc.property(match, request, (m, r) => {
        const { gateways = [], sourceLabels, sourceNamespace, ignoreUriCase, ...others } = m;
        const source = gateways.length > 0 ? { gateways } : { sourceLabels, sourceNamespace };
        const parts = Object.entries({ ...others, ...source })
          .filter(([, value]) => value !== undefined)
          .map(([field, value]) => ({ [field]: value, ignoreUriCase: ignoreUriCase ?? false }));
        expect(fits(m, r)).toBe(parts.every((part) => fits(part, r)));
      }),
      { numRuns: 500 },
    );
  });

  it('joined with an entry of a root matches only requests that the root matches', () => {
    fc.assert(
      fc.property(match, match, request, (root, leaf, r) => {
        // A delegate may name gateways where the root has none. Then the root's source fields have no effect.
        fc.pre((root.gateways ?? []).length > 0 || (leaf.gateways ?? []).length === 0);
        const merged = mergeMatches([root], [leaf]) ?? [];
        if (merged.some((m) => fits(m, r))) expect(fits(root, r)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
