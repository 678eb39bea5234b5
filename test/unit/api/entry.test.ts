import { describe, expect, it } from '@jest/globals';
import type { DynamicEnvSpec, IstioMatch } from '../../../src/api/dynamicenv.ts';
import { entryAt, entryHeaders, entryLink } from '../../../src/api/entry.ts';
import { entryRefusals } from '../../../src/api/entry-refusals.ts';
import { isEntry } from '../../../src/api/entry-shape.ts';

const USER: IstioMatch = { headers: { user: { exact: 'me' } } };
const LISTED = ['shop.example.com', 'http://*.local', '*.dev.example.com'];

describe("the administrator's list", () => {
  it.each<[string, boolean, boolean]>([
    ['shop.example.com', true, false],
    ['a.shop.example.com', false, false],
    ['a.dev.example.com', true, false],
    ['a.b.dev.example.com', true, false],
    ['dev.example.com', false, false],
    ['xdev.example.com', false, false],
    ['a.local', true, true],
    ['local', false, false],
  ])('%s: listed %j, without TLS %j', (host, isListed, isPlain) => {
    expect(entryAt(host, LISTED)).toEqual({ isListed, isPlain });
  });
});

describe('the headers that lead to an env', () => {
  it.each<
    [string, Pick<DynamicEnvSpec, 'ref' | 'istioMatches'>, Record<string, string> | undefined]
  >([
    ['its ref', { ref: 'mp-1', istioMatches: [USER] }, { 'x-source-route': 'mp-1' }],
    ['its match', { istioMatches: [USER] }, { user: 'me' }],
    [
      'the first match of exact headers only',
      {
        istioMatches: [
          { headers: { user: { prefix: 'm' } } },
          { ...USER, sourceLabels: { app: 'web' } },
          { ...USER, cookie: { name: 'a', exact: 'b' } },
          { headers: { a: { exact: '1' }, b: { exact: '2' } }, sourceLabels: {} },
          USER,
        ],
      },
      { a: '1', b: '2' },
    ],
    ['no cookie', { istioMatches: [{ headers: { Cookie: { exact: 'a=b' } } }] }, undefined],
    [
      'no header of browsers',
      { istioMatches: [{ headers: { Accept: { exact: 'x' } } }] },
      undefined,
    ],
    [
      'no value with a newline',
      { istioMatches: [{ headers: { a: { exact: 'x\r\nb: c' } } }] },
      undefined,
    ],
    [
      'no value in other letters',
      { istioMatches: [{ headers: { a: { exact: 'ü' } } }] },
      undefined,
    ],
    ['no match', {}, undefined],
  ])('%s', (_, spec, expected) => {
    expect(entryHeaders(spec, 'x-source-route')).toEqual(expected);
  });

  it('the value of a link is the ref, or one that no ref can be', () => {
    const env = (spec: DynamicEnvSpec, name = 'a.b') =>
      ({ apiVersion: 'v', kind: 'DynamicEnv', metadata: { name }, spec }) as const;
    expect(entryLink(env({ ref: 'mp-1' }))).toBe('mp-1');
    expect(entryLink(env({}, 'alice'))).toBe('env.alice');
    expect(entryLink(env({}))).toMatch(/^env\.a-b-[0-9a-f]{10}$/);
  });
});

describe('refused', () => {
  const refusals = (spec: DynamicEnvSpec, settings: Parameters<typeof entryRefusals>[1] = {}) =>
    entryRefusals(spec, settings).map(({ path, message }) => `${path}: ${message}`);
  const shop = [{ host: 'shop.example.com' }];

  it('nothing without entries, and nothing that is listed or in use', () => {
    expect(refusals({})).toEqual([]);
    expect(refusals({ ref: 'a', entries: shop }, { entryHosts: LISTED })).toEqual([]);
    const inEffect = { entryHosts: new Set(['shop.example.com']) };
    expect(refusals({ ref: 'a', entries: shop }, { inEffect })).toEqual([]);
  });

  it('hosts that are not listed', () => {
    expect(refusals({ ref: 'a', entries: shop })).toEqual([
      'spec.entries[0].host: links lead people to envs only at hosts that the administrator lists (entry-hosts), and none is listed: ask for shop.example.com, or take the entry out',
    ]);
    expect(refusals({ ref: 'a', entries: [{ host: 'a.com' }] }, { entryHosts: LISTED })).toEqual([
      'spec.entries[0].host: the administrator allows entries at these hosts only: shop.example.com, *.local, *.dev.example.com',
    ]);
  });

  it('a host twice', () => {
    expect(refusals({ ref: 'a', entries: [...shop, ...shop] }, { entryHosts: LISTED })).toEqual([
      'spec.entries[1].host: shop.example.com is listed at spec.entries[0], too: take one out',
    ]);
  });

  it('without ref and exact match', () => {
    const istioMatches = [{ headers: { user: { prefix: 'm' } } }];
    expect(refusals({ istioMatches, entries: shop }, { entryHosts: LISTED })).toEqual([
      'spec.entries: need a header that leads requests to the env: give the env a ref, or an item of istioMatches that has only exact headers (no header that browsers set themselves)',
    ]);
  });
});

describe('the shape of a stored entry', () => {
  const entry = { host: 'shop.example.com', link: 'mp-1', headers: { a: 'b' } };
  it.each<[unknown, boolean]>([
    [entry, true],
    [{ ...entry, plain: true, shared: ['a/b'] }, true],
    [{ ...entry, host: 'a(b' }, false],
    [{ ...entry, host: '*.example.com' }, false],
    [{ ...entry, link: 'a;b' }, false],
    [{ ...entry, link: 'a%b' }, false],
    [{ ...entry, link: 'x'.repeat(64) }, false],
    [{ ...entry, headers: { 'a\n': 'b' } }, false],
    [{ ...entry, headers: { a: 'b\r\nc: d' } }, false],
    [{ ...entry, headers: { a: 1 } }, false],
    [{ ...entry, shared: 'a' }, false],
    [{ host: 'a' }, false],
    [null, false],
  ])('%j: %j', (value, isFine) => {
    expect(isEntry(value)).toBe(isFine);
  });
});
