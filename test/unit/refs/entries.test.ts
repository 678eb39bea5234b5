import { describe, expect, test } from '@jest/globals';
import { requestMismatch } from '../../../src/istio/match-request.ts';
import { envoyRegexProblem, regexBoundProblem } from '../../../src/istio/regex-bounds.ts';
import { regexProblem } from '../../../src/istio/string-match.ts';
import { refEntries } from '../../../src/refs/entries.ts';
import { ROUTE_HEADERS } from '../../../src/refs/names.ts';
import { joinedRequest } from './joined-request.ts';
import { settingsFor, VECTORS } from './vectors.ts';

/** Refs that are easily confused with each other. */
const REFS = ['mp-101', 'mp-102', 'mp-1012', 'mp-10'];

describe('only the entries of the selected ref match', () => {
  test.each(VECTORS.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const request = joinedRequest(one.headers);
    const refs = [...new Set([...REFS, one.ref ?? 'rc'])];
    const matching = refs.filter((ref) =>
      refEntries({ service: one.service, ref }, settingsFor(one), true).some(
        (entry) => requestMismatch(entry, request) === undefined,
      ),
    );
    expect(matching).toEqual(one.ref === null ? [] : [one.ref]);
  });
});

const TARGET = { service: 'payment-service', ref: 'mp-101' };
const ALL = { headers: ROUTE_HEADERS, carriers: ['baggage', 'cookie'] as const };
const HEADERS_ALONE = { headers: ROUTE_HEADERS, carriers: [] };

describe('the rendered entries', () => {
  test('with headers only', () => {
    expect(refEntries({ service: 'web', ref: 'rc' }, HEADERS_ALONE, true)).toEqual([
      {
        headers: {
          'X-Service-Route': {
            regex: '^(?:[^%:,;\\s]+:[^%:,;\\s]+::)*web:rc(?:::[^%:,;\\s]+:[^%:,;\\s]+)*$',
          },
        },
        withoutHeaders: {
          'x-service-route': {
            regex: '^(?:.*::)?web:(?:(?:[^r]|$)|r(?:[^c]|$)|rc[^:%,; \\t]).*$',
          },
        },
      },
      {
        headers: { 'X-Source-Route': { exact: 'rc' } },
        withoutHeaders: {
          'x-service-route': {
            regex: '^(?:[^%:,;\\s]+:[^%:,;\\s]+::)*web:[^%:,;\\s]+(?:::[^%:,;\\s]+:[^%:,;\\s]+)*$',
          },
          'x-source-route': {
            regex: '^[" \\t]*(?:(?:[^" \\tr]|$)|r(?:[^c]|$)|rc[" \\t]*[^" \\t]).*$',
          },
        },
      },
    ]);
  });

  test('the number of entries: two for headers, two for baggage, one for cookies at gateways', () => {
    const count = (carriers: typeof ALL.carriers | readonly [], isGatewayBound: boolean) =>
      refEntries(TARGET, { headers: ROUTE_HEADERS, carriers }, isGatewayBound).length;
    expect([count([], false), count([], true), count(ALL.carriers, false)]).toEqual([2, 2, 4]);
    expect(count(ALL.carriers, true)).toBe(5);
  });

  test('a dot in a name is not a pattern', () => {
    const headers = { service: 'x.service', source: 'x.source' };
    const text = JSON.stringify(refEntries(TARGET, { ...ALL, headers }, true));
    expect(text).toContain('x\\\\.service');
    expect(text).not.toContain('*x.s');
  });

  test('required headers come first, sorted by bytes', () => {
    for (const { headers = {}, withoutHeaders = {} } of refEntries(TARGET, ALL, true)) {
      const names = [...Object.keys(headers), ...Object.keys(withoutHeaders)];
      expect(names.toSorted((a, b) => (a < b ? -1 : 1))[0]).toBe(Object.keys(headers)[0]);
    }
  });
});

describe('stay within the limits of Istio, Envoy and this project', () => {
  const longest = { service: 's'.repeat(63), ref: 'r'.repeat(40) };
  const headers = { service: `x-service-${'r'.repeat(14)}`, source: `x-source-${'r'.repeat(15)}` };
  const regexes = [TARGET, longest].flatMap((target) =>
    refEntries(target, { ...ALL, headers }, true).flatMap((entry) =>
      [...Object.values(entry.headers ?? {}), ...Object.values(entry.withoutHeaders ?? {})].flatMap(
        ({ regex }) => regex ?? [],
      ),
    ),
  );

  test.each(regexes.map((regex) => [regex.length, regex] as const))('of %i bytes', (_, regex) => {
    expect([regexProblem(regex), regexBoundProblem(regex), envoyRegexProblem(regex)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
