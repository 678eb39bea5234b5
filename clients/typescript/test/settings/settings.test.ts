import { describe, expect, test } from '@jest/globals';
import { readSettings } from '../../src/settings/settings.ts';

const STABLE = {
  DYNAMICENV_WORKLOAD: 'shop/order-service',
  DYNAMICENV_FEED: 'http://dynamicenv-feed.dynamicenv:8080',
};
const ENV = {
  ...STABLE,
  DYNAMICENV_REF: 'mp-101',
  DYNAMICENV_INCARNATION: '0123456789',
  DYNAMICENV_SERVICES: 'order-service,order-admin',
};
const NAMES = { service: 'x-service-route', source: 'x-source-route', readsBaggage: false };

describe('settings', () => {
  test.each([
    ['nothing', {}],
    ['others', { PATH: '/bin', DYNAMICENV: 'x' }],
    ['empty variables', { DYNAMICENV_WORKLOAD: '', DYNAMICENV_FEED: ' ' }],
    ['optional ones of a base', { DYNAMICENV_WHEN_BLIND: 'wait' }],
    ['no variables but inherited ones', Object.create({ DYNAMICENV_WORKLOAD: 'shop/x' })],
  ])('plain: %s', (_, env) => {
    expect(readSettings(env)).toEqual({ mode: 'plain', names: NAMES });
  });

  test('stable', () => {
    expect(readSettings(STABLE)).toEqual({
      mode: 'stable',
      names: NAMES,
      workload: 'shop/order-service',
      feed: new URL('http://dynamicenv-feed.dynamicenv:8080'),
      whenBlind: 'handle',
    });
  });

  test('env', () => {
    expect(readSettings(ENV)).toEqual({
      mode: 'env',
      names: NAMES,
      workload: 'shop/order-service',
      feed: new URL('http://dynamicenv-feed.dynamicenv:8080'),
      ref: 'mp-101',
      incarnation: '0123456789',
      services: ['order-service', 'order-admin'],
      port: 9808,
      drainSeconds: 120,
    });
  });

  test('env with everything', () => {
    const settings = readSettings({
      ...ENV,
      DYNAMICENV_SERVICES: ' order-service , order-admin ',
      DYNAMICENV_PORT: '9900',
      DYNAMICENV_DRAIN_SECONDS: '3600',
      DYNAMICENV_SERVICE_ROUTE_HEADER: 'X-Services',
      DYNAMICENV_SOURCE_ROUTE_HEADER: 'X-Ref',
      DYNAMICENV_REF_CARRIERS: 'header, baggage',
    });
    expect(settings).toMatchObject({
      names: { service: 'x-services', source: 'x-ref', readsBaggage: true },
      services: ['order-service', 'order-admin'],
      port: 9900,
      drainSeconds: 3600,
    });
  });

  test('env without a feed', () => {
    const { DYNAMICENV_FEED: _, ...env } = ENV;
    expect(readSettings(env)).toMatchObject({ mode: 'env', feed: undefined });
  });

  test.each([
    [
      'stable, no workload',
      STABLE,
      { DYNAMICENV_WORKLOAD: undefined },
      'DYNAMICENV_WORKLOAD is missing: it must be namespace/name of the Deployment',
    ],
    [
      'stable, no feed',
      STABLE,
      { DYNAMICENV_FEED: '' },
      'DYNAMICENV_FEED is missing: it must be the URL of the feed, with scheme, host and port and nothing else, such as http://',
    ],
    [
      'workload without namespace',
      STABLE,
      { DYNAMICENV_WORKLOAD: 'order-service' },
      'DYNAMICENV_WORKLOAD must be namespace/name of the Deployment, got "order-service"',
    ],
    [
      'workload in capitals',
      STABLE,
      { DYNAMICENV_WORKLOAD: 'shop/Order' },
      'DYNAMICENV_WORKLOAD must be',
    ],
    [
      'a feed that is no URL',
      STABLE,
      { DYNAMICENV_FEED: 'dynamicenv-feed' },
      'DYNAMICENV_FEED must be the URL of the feed',
    ],
    [
      'a feed that is no HTTP',
      STABLE,
      { DYNAMICENV_FEED: 'redis://feed:8080' },
      'DYNAMICENV_FEED must be the URL of the feed',
    ],
    [
      'when blind',
      STABLE,
      { DYNAMICENV_WHEN_BLIND: 'skip' },
      'DYNAMICENV_WHEN_BLIND must be "handle" or "wait", got "skip"',
    ],
    [
      'a ref in capitals',
      ENV,
      { DYNAMICENV_REF: 'MP-101' },
      'DYNAMICENV_REF must be a ref: at most 40 lower-case letters, digits and dashes, got "MP-101"',
    ],
    [
      'no incarnation',
      ENV,
      { DYNAMICENV_INCARNATION: undefined },
      'DYNAMICENV_INCARNATION is missing',
    ],
    [
      'an incarnation with a dot',
      ENV,
      { DYNAMICENV_INCARNATION: 'a.b' },
      'DYNAMICENV_INCARNATION must be',
    ],
    [
      'no services',
      ENV,
      { DYNAMICENV_SERVICES: undefined },
      'DYNAMICENV_SERVICES is missing: it must be names of Services, separated by commas',
    ],
    [
      'an empty service',
      ENV,
      { DYNAMICENV_SERVICES: 'order-service,' },
      'DYNAMICENV_SERVICES must be names of Services',
    ],
    ['env, no workload', ENV, { DYNAMICENV_WORKLOAD: undefined }, 'DYNAMICENV_WORKLOAD is missing'],
    [
      'incarnation without ref',
      STABLE,
      { DYNAMICENV_INCARNATION: 'x' },
      'DYNAMICENV_INCARNATION is set, but DYNAMICENV_REF is not',
    ],
    [
      'services without ref',
      {},
      { DYNAMICENV_SERVICES: 'x' },
      'DYNAMICENV_SERVICES is set, but DYNAMICENV_REF is not',
    ],
    [
      'port 0',
      ENV,
      { DYNAMICENV_PORT: '0' },
      'DYNAMICENV_PORT must be a whole number from 1 to 65535, got "0"',
    ],
    ['port as text', ENV, { DYNAMICENV_PORT: 'http' }, 'DYNAMICENV_PORT must be a whole number'],
    [
      'port with a fraction',
      ENV,
      { DYNAMICENV_PORT: '80.5' },
      'DYNAMICENV_PORT must be a whole number',
    ],
    [
      'drain of an hour and a second',
      ENV,
      { DYNAMICENV_DRAIN_SECONDS: '3601' },
      'DYNAMICENV_DRAIN_SECONDS must be a whole number from 1 to 3600, got "3601"',
    ],
    [
      'a header’s name with a blank',
      {},
      { DYNAMICENV_SOURCE_ROUTE_HEADER: 'x route' },
      'DYNAMICENV_SOURCE_ROUTE_HEADER must be the name of a header, got "x route"',
    ],
    [
      'both headers alike',
      {},
      { DYNAMICENV_SOURCE_ROUTE_HEADER: 'X-Service-Route' },
      'DYNAMICENV_SERVICE_ROUTE_HEADER and DYNAMICENV_SOURCE_ROUTE_HEADER must differ',
    ],
    [
      'cookies',
      STABLE,
      { DYNAMICENV_REF_CARRIERS: 'header,cookie' },
      'DYNAMICENV_REF_CARRIERS must be "header" or "header,baggage", got "header,cookie"',
    ],
  ])('refused: %s', (_, base, change, message) => {
    expect(() => readSettings({ ...base, ...change })).toThrow(message);
  });

  test.each([
    ['a path', 'http://feed:8080/dynamicenv', true],
    ['a query', 'http://feed:8080?token=s3cret', false],
    ['a fragment', 'http://feed:8080/#live', true],
    ['a user', 'http://orders@feed:8080', false],
    ['a password', 'http://orders:s3cret@feed:8080', false],
    ['a password, and a wrong port', 'http://orders:s3cret@feed:99999', false],
  ])('refused: a feed with %s', (_, feed, isShown) => {
    const rule =
      'DYNAMICENV_FEED must be the URL of the feed, with scheme, host and port and nothing else, such as http://dynamicenv-feed.dynamicenv:8080';
    const message = isShown
      ? `${rule}, got "${feed}"`
      : `${rule}, and not with user, password or query`;
    expect(() => readSettings({ ...STABLE, DYNAMICENV_FEED: feed })).toThrow(
      new Error(`Event routing: ${message}`),
    );
  });

  test('a feed with a slash at the end', () => {
    const feed = 'http://feed:8080/';
    expect(readSettings({ ...STABLE, DYNAMICENV_FEED: feed })).toMatchObject({
      feed: new URL(feed),
    });
  });

  test('all that is wrong is said at once', () => {
    expect(() => readSettings({ ...ENV, DYNAMICENV_REF: 'A', DYNAMICENV_PORT: '-1' })).toThrow(
      /^Event routing: DYNAMICENV_REF must .*; DYNAMICENV_PORT must /,
    );
  });
});
