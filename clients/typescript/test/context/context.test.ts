import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { context, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { loadOpenTelemetry } from '../../src/context/opentelemetry.ts';
import { routeHeadersOf } from '../../src/context/route-headers.ts';
import { currentHeaders, runInContext } from '../../src/context/store.ts';

const names = { service: 'x-service-route', source: 'x-source-route', readsBaggage: true };

describe('route headers of a message or request', () => {
  test.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['none', { user: 'alice' }, {}],
    ['bytes', { 'X-Source-Route': Buffer.from(' mp-101 ') }, { 'x-source-route': 'mp-101' }],
    [
      'both',
      { 'x-service-route': 'a:b', 'x-source-route': 'c' },
      { 'x-service-route': 'a:b', 'x-source-route': 'c' },
    ],
    [
      'of baggage our members',
      { baggage: 'userId=alice, x-source-route=mp-101;ttl=5,x-service-route = a:b' },
      { baggage: 'x-source-route=mp-101;ttl=5,x-service-route = a:b' },
    ],
    ['baggage of others', { baggage: 'userId=alice,x-source-route' }, {}],
    ['repeated', { 'x-source-route': ['a', 'b'] }, { 'x-source-route': 'a,b' }],
    ['a line feed', { 'x-source-route': 'mp-101\r\nset-cookie: a=b' }, { 'x-source-route': ',' }],
    ['a zero byte', { 'x-source-route': 'mp-101\0' }, { 'x-source-route': ',' }],
    [
      'beyond ASCII',
      { 'x-service-route': 'größe:b', 'x-source-route': 'mp-101' },
      { 'x-service-route': ',', 'x-source-route': 'mp-101' },
    ],
    ['not UTF-8', { 'x-source-route': Buffer.from([0xff]) }, { 'x-source-route': ',' }],
    ['empty', { 'x-source-route': '' }, { 'x-source-route': ',' }],
    ['without a value', { 'x-source-route': null }, { 'x-source-route': ',' }],
    [
      'a header that says nothing, and baggage',
      { 'x-source-route': '', baggage: 'x-source-route=mp-101' },
      { 'x-source-route': ',' },
    ],
    [
      'a header, and baggage',
      { 'x-service-route': 'a:b', baggage: 'x-source-route=mp-101' },
      { 'x-service-route': 'a:b' },
    ],
  ])('%s', (_, headers, expected) => {
    const route = routeHeadersOf(headers, names);
    expect(route).toEqual(expected);
    // What they are for: a request with them must not fail.
    expect(Object.fromEntries(new Headers(route))).toEqual(expected);
  });

  test('baggage only if it is read', () => {
    const headers = { baggage: 'x-source-route=mp-101' };
    expect(routeHeadersOf(headers, { ...names, readsBaggage: false })).toEqual({});
  });
});

describe('context', () => {
  test('none outside of a handler', () => {
    expect(currentHeaders()).toEqual({});
  });

  test('handlers at the same time have their own', async () => {
    const seen = await Promise.all(
      ['a', 'b', 'c'].map((ref, id) =>
        runInContext({ 'x-source-route': ref }, async () => {
          await sleep(10 - id);
          return currentHeaders();
        }),
      ),
    );
    expect(seen.map((headers) => headers['x-source-route'])).toEqual(['a', 'b', 'c']);
  });

  test('a message without a route does not inherit one', () => {
    const inner = runInContext({ 'x-source-route': 'a' }, () => runInContext({}, currentHeaders));
    expect(inner).toEqual({});
  });
});

describe('OpenTelemetry', () => {
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });
  afterEach(() => {
    expect(propagation.getActiveBaggage()).toBeUndefined();
  });
  const entries = () =>
    Object.fromEntries(
      (propagation.getActiveBaggage()?.getAllEntries() ?? []).map(([name, { value }]) => [
        name,
        value,
      ]),
    );

  test.each([
    ['headers', { 'x-source-route': 'mp-101' }, { 'x-source-route': 'mp-101' }],
    [
      'a percent-encoded list',
      { baggage: 'x-service-route=a%3Ab%3A%3Ac%3ad' },
      { 'x-service-route': 'a:b::c:d' },
    ],
    [
      'the same member twice',
      { baggage: 'x-source-route=a,x-source-route=a' },
      { 'x-source-route': 'a' },
    ],
    [
      'members that contradict each other',
      { baggage: 'x-source-route=a,x-source-route=b' },
      { 'x-source-route': 'a,b' },
    ],
    ['none', {}, {}],
  ])('the active context gets them as baggage: %s', async (_, headers, expected) => {
    const withBaggage = await loadOpenTelemetry(names);
    expect(withBaggage(headers, entries)).toEqual(expected);
  });

  test('other baggage stays, and the route of another message goes', async () => {
    const withBaggage = await loadOpenTelemetry(names);
    const before = propagation.createBaggage({
      user: { value: 'alice' },
      'x-service-route': { value: 'a:b' },
      'x-source-route': { value: 'old' },
    });
    const active = propagation.setBaggage(context.active(), before);
    const seen = context.with(active, () => withBaggage({ 'x-source-route': 'new' }, entries));
    expect(seen).toEqual({ user: 'alice', 'x-source-route': 'new' });
  });

  test('what the handler throws or answers is passed on', async () => {
    const withBaggage = await loadOpenTelemetry(names);
    const fails = () =>
      withBaggage({}, () => {
        throw new Error('mine');
      });
    expect(fails).toThrow('mine');
    expect(withBaggage({}, () => 5)).toBe(5);
  });
});
