import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hostMatches, hostSubsetOf, mostSpecificHost } from '../../src/istio/host.ts';

const label = fc.constantFrom('a', 'b', 'ab');
const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
const wildcard = fc.oneof(
  fc.constant('*'),
  name.map((n) => `*.${n}`),
  name.map((n) => `*${n}`),
);
const host = fc.oneof(name, wildcard);

describe('comparison of hosts', () => {
  it('a subset contains no name that the superset does not contain', () => {
    fc.assert(
      fc.property(host, host, name, (a, b, n) => {
        fc.pre(hostSubsetOf(a, b) && hostSubsetOf(n, a));
        expect(hostSubsetOf(n, b)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('two hosts that contain the same name overlap', () => {
    fc.assert(
      fc.property(host, host, name, (a, b, n) => {
        fc.pre(hostSubsetOf(n, a) && hostSubsetOf(n, b));
        expect(hostMatches(a, b)).toBe(true);
        expect(hostMatches(b, a)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('the most specific candidate contains the host, and contains no other candidate that does', () => {
    fc.assert(
      fc.property(host, fc.array(host), (h, candidates) => {
        const chosen = mostSpecificHost(h, candidates);
        const containing = candidates.filter((candidate) => hostSubsetOf(h, candidate));
        if (chosen === undefined) return expect(containing).toEqual([]);
        expect(containing).toContain(chosen);
        for (const other of containing) expect(hostSubsetOf(chosen, other)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
