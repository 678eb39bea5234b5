import { describe, expect, it } from '@jest/globals';
import type { HTTPRoute } from '../../../../src/istio/types.ts';
import {
  affordableInjections,
  MAX_DRAFT_BYTES,
  MAX_FROM,
} from '../../../../src/virtualservice/injections/affordable.ts';
import { MAX_OBJECT_BYTES } from '../../../../src/virtualservice/routes/limits.ts';
import { copy, planEntry, SCOPE, users } from '../builders.ts';

const route = (more: Partial<HTTPRoute> = {}): HTTPRoute => ({
  route: [{ destination: { host: 'backend', subset: 'shared' } }],
  ...more,
});
const routes = (count: number, more: Partial<HTTPRoute> = {}) =>
  Array.from({ length: count }, () => route(more));
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`h${at}`, { exact: 'a' }]));
const names = (list: readonly { env: string }[]) => list.map(({ env }) => env);

function split(http: readonly HTTPRoute[], ...injections: ReturnType<typeof planEntry>[]) {
  const { affordable, leftOut } = affordableInjections(users(http), injections, SCOPE);
  return { affordable: names(affordable), leftOut: names(leftOut) };
}

describe('copies within the limit on attempts', () => {
  it('are several times as many as an object can contain', () => {
    expect(MAX_DRAFT_BYTES).toBe(4 * MAX_OBJECT_BYTES);
    const envs = Array.from({ length: 100 }, (_, at) => planEntry({ env: `e${at}` }));
    expect(affordableInjections(users(routes(50)), envs, SCOPE).leftOut).toEqual([]);
  });

  it('are those of the first envs in the list, and of later ones that need less', () => {
    const wide = Array.from({ length: 16 }, (_, at) => ({
      headers: { user: { exact: `a${at}` } },
    }));
    const one = planEntry({ env: 'one', matches: wide });
    const two = planEntry({ env: 'two', matches: wide });
    const small = planEntry({ env: 'small' });
    expect(split(routes(700), one, two, small)).toEqual({
      affordable: ['one', 'small'],
      leftOut: ['two'],
    });
  });

  it.each<[string, HTTPRoute[]]>([
    ['match entries', [route({ match: Array.from({ length: 200_000 }, () => ({ port: 1 })) })]],
    ['conditions', [route({ match: [{ headers: many(1025) }] })]],
    ['text', routes(20, { timeout: 'x'.repeat(300_000) })],
    ['destinations', [{ route: Array(400_000).fill({ destination: { host: 'a' } }) }]],
  ])('are none for a route with too many or too large %s', (_what, http) => {
    expect(split(http, planEntry({ env: 'one' }))).toEqual({ affordable: [], leftOut: ['one'] });
  });

  it('are none for an injection that names more subsets than a host can have', () => {
    const from = Array.from({ length: MAX_FROM + 1 }, (_, at) => `s${at}`);
    expect(split(routes(1), planEntry({ env: 'one', from }), planEntry({ env: 'two' }))).toEqual({
      affordable: ['two'],
      leftOut: ['one'],
    });
  });

  it('are allowed for an entry with as many conditions as users write, and more', () => {
    const http = [route({ match: [{ headers: many(1024) }] })];
    expect(split(http, planEntry({ env: 'one' })).leftOut).toEqual([]);
  });

  it('do not count our own routes, nor routes to other hosts and subsets', () => {
    const big = { timeout: 'x'.repeat(2_000_000) };
    const ours = { ...copy(), ...big };
    const other = { route: [{ destination: { host: 'backend', subset: 'canary' } }], ...big };
    const elsewhere = { route: [{ destination: { host: 'other', subset: 'shared' } }], ...big };
    const http = [ours, ours, ours, other, other, other, elsewhere, elsewhere, route()];
    expect(split(http, planEntry({ env: 'one' }))).toEqual({ affordable: ['one'], leftOut: [] });
  });

  it('are the same whether the number of bytes is known or not', () => {
    const http = routes(40, { timeout: 'x'.repeat(20_000) });
    const envs = Array.from({ length: 20 }, (_, at) => planEntry({ env: `e${at}` }));
    const sent = JSON.stringify([http, envs]).length;
    const known = affordableInjections(users(http), envs, SCOPE, sent);
    expect(known).toEqual(affordableInjections(users(http), envs, SCOPE));
    expect(known.leftOut).not.toEqual([]);
    // The affordable injections alone are affordable again, so admission does not shorten the plan.
    expect(affordableInjections(users(http), known.affordable, SCOPE).leftOut).toEqual([]);
  });
});
