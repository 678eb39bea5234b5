import { describe, expect, test } from '@jest/globals';
import type { DynamicEnv, DynamicEnvStatus } from '../../../../../src/api/dynamicenv.ts';
import { lifeTime } from '../../../../../src/kinds/dynamicenv/lifecycle/life-time.ts';
import { at, dynamicEnv, NOW, stamp } from '../../../../support/objects.ts';

const CREATED = -3600;

/** An env that was created an hour ago. */
function env(spec: object, renewed?: string, status?: object): DynamicEnv {
  const made = dynamicEnv(spec);
  return {
    ...made,
    metadata: {
      ...made.metadata,
      creationTimestamp: stamp(CREATED),
      ...(renewed === undefined ? {} : { annotations: { 'riskified.com/renewed-at': renewed } }),
    },
    ...(status === undefined ? {} : { status: status as DynamicEnvStatus }),
  };
}

const lifeOf = (spec: object, renewed?: string, status?: object) =>
  lifeTime(env(spec, renewed, status), {}, NOW);

describe('without a renewal the ttl counts from the creation', () => {
  test.each([
    ['no ttl', {}, {}],
    ['some of it is left', { ttl: '2h' }, { expiresAt: stamp(3600), wait: 3600 }],
    ['one second is left', { ttl: '3601s' }, { expiresAt: stamp(1), wait: 1 }],
    ['it is over now', { ttl: '1h' }, { expiresAt: stamp(0), rest: 'Expired' }],
    ['it was over long ago', { ttl: '1s' }, { expiresAt: stamp(-3599), rest: 'Expired' }],
    ['suspended', { suspend: true }, { rest: 'Suspended' }],
    ['not suspended', { suspend: false }, {}],
    [
      'suspended, some of it is left',
      { suspend: true, ttl: '2h' },
      { expiresAt: stamp(3600), wait: 3600, rest: 'Suspended' },
    ],
    [
      'suspended and expired counts as expired',
      { suspend: true, ttl: '1m' },
      { expiresAt: stamp(-3540), rest: 'Expired' },
    ],
    ['a ttl that is none ends nothing', { ttl: '8 days' }, {}],
    ['a value of another type suspends nothing', { suspend: 'true' }, {}],
  ])('%s', (_name, spec, expected) => {
    expect(lifeOf(spec)).toEqual(expected);
  });

  test('an env without a spec, or without a creation time, lives', () => {
    expect(lifeTime({ ...env({}), spec: undefined as never }, {}, NOW)).toEqual({});
    const made = env({ ttl: '1s' });
    const { creationTimestamp: _time, ...metadata } = made.metadata;
    expect(lifeTime({ ...made, metadata }, {}, NOW)).toEqual({});
  });

  test('a creation in the future, by an API server whose clock is ahead, is taken as it is', () => {
    const made = env({ ttl: '1m' });
    const metadata = { ...made.metadata, creationTimestamp: stamp(20) };
    expect(lifeTime({ ...made, metadata }, {}, NOW)).toEqual({ expiresAt: stamp(80), wait: 80 });
  });

  test('in a preview nothing expires, but what is suspended is', () => {
    const never = { neverExpires: true } as const;
    expect(lifeTime(env({ ttl: '1s' }, 'x'), never, NOW)).toEqual({});
    expect(lifeTime(env({ ttl: '1s', suspend: true }), never, NOW)).toEqual({ rest: 'Suspended' });
  });
});

describe('a renewal', () => {
  test.each([
    ['before the end', '2h', -60],
    ['after the end', '10m', -60],
    ['now', '2h', 0],
    ['by a clock that is a bit ahead', '2h', 300],
  ])('%s', (_name, ttl, time) => {
    const seconds = ttl === '2h' ? 7200 : 600;
    const end = time + seconds;
    expect(lifeOf({ ttl }, stamp(time))).toEqual({ expiresAt: stamp(end), wait: end });
  });

  test('with another offset, or a fraction of a second, which is cut off in the status', () => {
    expect(lifeOf({ ttl: '1h' }, '2026-01-01T14:00:00.75+02:00')).toEqual({
      expiresAt: stamp(3600),
      wait: 3600.75,
    });
  });

  test('that is older than the env is that of an earlier one, and shortens nothing', () => {
    expect(lifeOf({ ttl: '2h' }, stamp(-864_000))).toEqual({ expiresAt: stamp(3600), wait: 3600 });
  });

  test('in the future is ignored until its time has come, within the tolerance for clocks', () => {
    const ignored = `the annotation riskified.com/renewed-at is ignored, because "${stamp(301)}" is in the future: set it to the present time in UTC, as "date -u +%Y-%m-%dT%H:%M:%SZ" prints it`;
    expect(lifeOf({ ttl: '2h' }, stamp(301))).toEqual({
      expiresAt: stamp(3600),
      wait: 1,
      ignored,
    });
    expect(lifeOf({ ttl: '1m' }, stamp(301))).toMatchObject({ rest: 'Expired', wait: 1, ignored });
    expect(lifeOf({}, stamp(301))).toEqual({ wait: 1, ignored });
    expect(lifeTime(env({ ttl: '1m' }, stamp(301)), {}, at(1))).toEqual({
      expiresAt: stamp(361),
      wait: 360,
    });
  });

  test.each([
    'yesterday',
    '',
    '2026-01-01',
    '2026-01-01 11:00:00Z',
    '2026-01-01T11:00:00',
    '2026-02-30T11:00:00Z',
    '2025-12-31T24:00:00Z',
    '1767265200',
    'Thu, 01 Jan 2026 11:00:00 GMT',
    '2026-01-01T11:00:00Z\n',
  ])('%j is not a time, and is ignored', (value) => {
    const { ignored, ...life } = lifeOf({ ttl: '2h' }, value);
    expect(life).toEqual({ expiresAt: stamp(3600), wait: 3600 });
    expect(ignored).toContain(`${JSON.stringify(value)} is not a time (RFC 3339): set it to`);
  });

  test('a long value is shortened in the message', () => {
    expect(lifeOf({}, 'x'.repeat(100_000)).ignored).toHaveLength(231);
  });
});

describe('what a replica whose clock is ahead has let expire', () => {
  const expired = (seconds: number) => ({ state: 'expired', expiresAt: stamp(seconds) });
  const living = (ttl: string, status: object) => lifeOf({ ttl }, undefined, status).rest;

  test('stays so, if the difference is one that clocks may have', () => {
    expect(living('65m', expired(300))).toBe('Expired');
    expect(living('61m', expired(60))).toBe('Expired');
  });

  test('is woken if that clock was wrong, or if another time counts now', () => {
    expect(living('3901s', expired(301))).toBeUndefined();
    expect(living('61m', expired(59))).toBeUndefined();
    expect(living('61m', { state: 'ready', expiresAt: stamp(60) })).toBeUndefined();
  });
});
