import { describe, expect, it } from '@jest/globals';
import type { IstioMatch } from '../../../../src/api/dynamicenv.ts';
import { memberRegexes } from '../../../../src/api/member-regex.ts';
import type { HTTPMatchRequest } from '../../../../src/istio/types.ts';
import { refSettings } from '../../../../src/refs/settings.ts';
import { andMatch } from '../../../../src/virtualservice/injections/and-match.ts';
import { pairsByPrecedence } from '../../../../src/virtualservice/injections/precedence.ts';
import {
  plainEntry,
  refSize,
  selectorsOf,
  withBeside,
} from '../../../../src/virtualservice/injections/selectors.ts';
import type { Scope } from '../../../../src/virtualservice/routes/scope.ts';
import { planEntry, SCOPE } from '../builders.ts';

const HEADER = { headers: { user: { exact: 'alice' } } };
const LABEL = { sourceLabels: { app: 'web' } };
const PARAMETER = { queryParams: { env: { prefix: 'a' } } };
const COOKIE = { cookie: { name: 'user', exact: 'alice' } };
const BAGGAGE = { baggage: { key: 'user', exact: 'alice' } };

const selectors = (matches: IstioMatch[], ref?: string, scope: Scope = SCOPE) =>
  selectorsOf(planEntry({ matches, ...(ref === undefined ? {} : { ref }) }), scope);

describe('the band of a match is that of its first condition', () => {
  it.each<[IstioMatch, string]>([
    [PARAMETER, 'parameter'],
    [{ ...PARAMETER, ...HEADER, ...COOKIE }, 'parameter'],
    [HEADER, 'header'],
    [LABEL, 'header'],
    [{ ...LABEL, ...BAGGAGE }, 'header'],
    [{ ...HEADER, ...COOKIE, ...BAGGAGE }, 'header'],
    [BAGGAGE, 'baggage'],
    [{ ...BAGGAGE, ...COOKIE }, 'baggage'],
    [COOKIE, 'cookie'],
    [{ headers: {}, queryParams: {}, ...COOKIE }, 'cookie'],
  ])('%j: %s', (match, band) => {
    expect(selectors([match]).map((one) => [one.band, one.matchIndex])).toEqual([[band, 0]]);
  });
});

describe('specificity', () => {
  it.each<[IstioMatch, number, number, number, number]>([
    [HEADER, 1, 1, 0, 5],
    [PARAMETER, 1, 0, 1, 1],
    [COOKIE, 1, 1, 0, 5],
    [{ ...COOKIE, ...BAGGAGE }, 2, 2, 0, 10],
    [{ ...HEADER, ...LABEL, ...PARAMETER, ...COOKIE, ...BAGGAGE }, 5, 4, 1, 19],
    // A header and a parameter of one name are two conditions.
    [{ headers: { env: { exact: 'a' } }, ...PARAMETER }, 2, 1, 1, 2],
  ])('%j', (match, conditions, exact, prefix, literal) => {
    const [selector] = selectors([match]);
    expect(selector?.specificity).toEqual({ conditions, exact, prefix, literal });
  });
});

it('the order is by band, then by specificity, whatever the age', () => {
  const matches: [string, IstioMatch[], string?][] = [
    ['parameter', [PARAMETER]],
    ['ref', [], 'mp-101'],
    ['header and cookie', [{ ...HEADER, ...COOKIE }]],
    ['header', [HEADER]],
    ['baggage and cookie', [{ ...BAGGAGE, ...COOKIE }]],
    ['baggage', [BAGGAGE]],
    ['cookie', [COOKIE]],
  ];
  const injections = matches.map(([env, all, ref], at) => {
    const envCreationTimestamp = `2026-01-${20 - at}T00:00:00Z`;
    const spec = { env, matches: all, envCreationTimestamp };
    return planEntry(ref === undefined ? spec : { ...spec, ref });
  });
  const expected = matches.map(([env]) => env);
  for (const given of [injections, injections.toReversed()]) {
    const pairs = pairsByPrecedence(given, SCOPE);
    expect(pairs.map(({ injection }) => injection.env)).toEqual(expected);
  }
});

describe('the entries of a match', () => {
  it('have its headers and parameters as they are, and regexes for its members', () => {
    const match = { ...HEADER, ...PARAMETER, ...COOKIE, ...BAGGAGE };
    expect(selectors([match])[0]?.entries).toEqual([
      { ...HEADER, ...PARAMETER, beside: { headers: memberRegexes(match) } },
    ]);
    const { cookie, baggage } = memberRegexes(match);
    expect(plainEntry(selectors([match])[0]?.entries[0] ?? {})).toEqual({
      headers: { ...HEADER.headers, baggage, cookie },
      ...PARAMETER,
    });
  });

  it.each<[string, HTTPMatchRequest, string[]]>([
    ['no condition', {}, ['cookie']],
    ['a condition on another header', { headers: { user: { exact: 'a' } } }, ['user', 'cookie']],
    [
      'a condition on the header: both apply',
      { headers: { cookie: { regex: '.*canary.*' } } },
      ['cookie', 'Cookie'],
    ],
    [
      'conditions on two spellings',
      { headers: { cookie: {}, Cookie: { prefix: 'a' } } },
      ['cookie', 'Cookie', 'COOKIE'],
    ],
  ])('stand beside the conditions of a route with %s', (_name, entry, names) => {
    const { entries, skips } = andMatch([entry], selectors([COOKIE])[0]?.entries ?? [], SCOPE);
    expect(skips).toEqual([]);
    expect(Object.keys(entries[0]?.headers ?? {})).toEqual(names);
    expect(entries[0]?.headers).toMatchObject(entry.headers ?? {});
    expect(Object.values(entries[0]?.headers ?? {}).at(-1)).toEqual(
      memberRegexes(COOKIE)['cookie'],
    );
  });

  it('cannot stand beside conditions on all spellings of a header', () => {
    const entry = { headers: { a: {}, A: {} } };
    expect(withBeside(entry, { headers: { a: { exact: 'x' } } })).toBeUndefined();
    expect(withBeside({ withoutHeaders: { a: {} } }, { withoutHeaders: { a: {} } })).toEqual({
      withoutHeaders: { a: {}, A: {} },
    });
  });
});

describe('query parameters', () => {
  const and = (own: HTTPMatchRequest, match: IstioMatch = PARAMETER) =>
    andMatch([own], selectors([match])[0]?.entries ?? [], SCOPE);

  it.each<[string, HTTPMatchRequest, HTTPMatchRequest]>([
    ['alone', {}, PARAMETER],
    ['beside others', { queryParams: { x: {} } }, { queryParams: { x: {}, env: { prefix: 'a' } } }],
    [
      'beside one that differs by case',
      { queryParams: { Env: { exact: 'b' } } },
      { queryParams: { Env: { exact: 'b' }, env: { prefix: 'a' } } },
    ],
    ['where the route has the same condition', PARAMETER, PARAMETER],
  ])('are added %s', (_name, own, expected) => {
    expect(and(own)).toEqual({ entries: [expected], skips: [] });
  });

  it.each<[HTTPMatchRequest, boolean]>([
    [{ queryParams: { env: { exact: 'b' } } }, true],
    [{ queryParams: { env: { exact: 'ab' } } }, false],
    [{ queryParams: { env: { regex: 'a.*' } } }, false],
  ])('are not added where the route has another condition: %j, harmless: %s', (own, isHarmless) => {
    const reason = 'already has another condition on query parameter env';
    expect(and(own)).toEqual({ entries: [], skips: [{ reason, isHarmless }] });
  });
});

describe('the selectors of a ref', () => {
  const all = refSettings({ refCarriers: ['header', 'baggage', 'cookie'] });
  const shape = (scope: Scope) =>
    selectors([HEADER], 'mp-101', scope).map((one) => [
      one.band,
      one.entries.length,
      one.matchIndex,
    ]);

  it.each<[string, Partial<Scope>, unknown[]]>([
    ['by default: the two headers', {}, [['ref', 2, undefined]]],
    [
      'all carriers in the mesh, where no browser sends cookies',
      { refs: all },
      [
        ['ref', 2, undefined],
        ['baggage', 2, undefined],
      ],
    ],
    [
      'all carriers at a gateway',
      { refs: all, gateways: ['public'] },
      [
        ['ref', 2, undefined],
        ['baggage', 2, undefined],
        ['cookie', 1, undefined],
      ],
    ],
    [
      'in a delegate: one selector for each entry',
      { refs: all, isDelegate: true },
      [
        ['ref', 1, undefined],
        ['ref', 1, undefined],
        ['baggage', 1, undefined],
        ['baggage', 1, undefined],
        ['cookie', 1, undefined],
      ],
    ],
  ])('%s', (_name, more, expected) => {
    expect(shape({ ...SCOPE, ...more })).toEqual([['header', 1, 0], ...expected]);
  });
});

describe('the size of a ref', () => {
  const HOST = 'backend.shop.svc.cluster.local';
  const refs = refSettings({ refCarriers: ['header', 'baggage', 'cookie'] });

  it.each(['a', '7', 'mp-101', 'a-0-b', `${'x-'.repeat(19)}y9`, 'not.a(ref)+', 'a"b\nc'])(
    'is that of its entries: %j',
    (ref) => {
      for (const isDelegate of [false, true]) {
        const scope = { ...SCOPE, gateways: ['gw'], refs, isDelegate };
        const entries = selectorsOf(planEntry({ matches: [], ref, host: HOST }), scope).flatMap(
          (one) => one.entries,
        );
        const bytes = Buffer.byteLength(JSON.stringify(entries));
        expect(refSize(HOST, ref, scope)).toEqual({ entries: entries.length, bytes });
      }
    },
  );
});
