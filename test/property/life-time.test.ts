import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import { ttlSeconds } from '../../src/api/ttl.ts';
import { rfc3339, timeOf } from '../../src/k8s/time.ts';
import { lifeTime } from '../../src/kinds/dynamicenv/lifecycle/life-time.ts';
import { at, dynamicEnv, NOW, stamp } from '../support/objects.ts';

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

test('a ttl is the sum of its parts, however it is written', () => {
  const part = fc.option(fc.nat(99_999));
  fc.assert(
    fc.property(fc.tuple(part, part, part, part), fc.boolean(), (parts, isPadded) => {
      const text = parts
        .map((number, index) => {
          if (number === null) return '';
          const digits = isPadded ? String(number).padStart(5, '0') : String(number);
          return `${digits}${UNITS[index]?.[0]}`;
        })
        .join('');
      const sum = parts.reduce<number>(
        (total, number, index) => total + (number ?? 0) * (UNITS[index]?.[1] ?? 0),
        0,
      );
      expect(ttlSeconds(text)).toBe(sum === 0 ? undefined : sum);
    }),
  );
});

test('any text is a ttl or none, and nothing throws', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const seconds = ttlSeconds(text);
      expect(seconds === undefined || (seconds > 0 && /^[0-9dhms]+$/.test(text))).toBe(true);
    }),
  );
});

test('a time is read as it is written, in any offset', () => {
  const times = fc.date({
    min: new Date('1970-01-02T00:00:00Z'),
    max: new Date('9999-12-30T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(times, fc.integer({ min: -719, max: 719 }), (time, minutes) => {
      const seconds = Math.floor(time.getTime() / 1000) * 1000;
      expect(timeOf(rfc3339(time))).toBe(seconds);
      const local = rfc3339(new Date(seconds + minutes * 60_000)).slice(0, -1);
      const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
      const offset = `${minutes < 0 ? '-' : '+'}${`0${hour}`.slice(-2)}:${`0${minute}`.slice(-2)}`;
      expect(timeOf(`${local}${offset}`)).toBe(seconds);
    }),
  );
});

type Event =
  | { do: 'wait'; seconds: number }
  | { do: 'renew'; off: number }
  | { do: 'spoil'; value: string }
  | { do: 'suspend'; value: boolean }
  | { do: 'ttl'; value: number | undefined };

const events = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('wait' as const), seconds: fc.nat(20_000) }),
    fc.record({ do: fc.constant('renew' as const), off: fc.integer({ min: -20_000, max: 900 }) }),
    fc.record({ do: fc.constant('spoil' as const), value: fc.string() }),
    fc.record({ do: fc.constant('suspend' as const), value: fc.boolean() }),
    fc.record({
      do: fc.constant('ttl' as const),
      value: fc.option(fc.integer({ min: 1, max: 30_000 }), { nil: undefined }),
    }),
  ),
  { maxLength: 20 },
);

describe('whatever happens to an env', () => {
  test('it rests exactly when it is suspended or its end is over, and the end is the latest start plus the ttl', () => {
    fc.assert(
      fc.property(events, (history) => {
        let time = 0;
        let env = lasting(dynamicEnv());
        for (const event of history) {
          if (event.do === 'wait') time += event.seconds;
          env = changed(env, event, time);
          const life = lifeTime(env, {}, at(time));
          expectAsSaid(life, env, time);
          env = { ...env, status: { ...statusOf(life), totalCount: 1, totalReady: 0 } };
        }
      }),
    );
  });

  test('nothing changes with time alone, except when the announced wait is over', () => {
    fc.assert(
      fc.property(events, fc.double({ min: 0, max: 0.999, noNaN: true }), (history, share) => {
        let time = 0;
        let env = lasting(dynamicEnv());
        for (const event of history) {
          if (event.do === 'wait') time += event.seconds;
          env = changed(env, event, time);
        }
        const { wait, ...now } = lifeTime(env, {}, at(time));
        const later = time + (wait === undefined ? 1e9 : wait * share);
        const { wait: _left, ...then } = lifeTime(env, {}, at(later));
        expect(then).toEqual(now);
      }),
    );
  });
});

function expectAsSaid(life: ReturnType<typeof lifeTime>, env: DynamicEnv, time: number): void {
  const end = endOf(env, time);
  expect(life.expiresAt).toBe(end === undefined ? undefined : stamp(end));
  const left = end === undefined ? Number.POSITIVE_INFINITY : end - time;
  if (life.rest === 'Expired' && left > 0) {
    // What an earlier sync called expired stays so for the tolerance, if the end is still the same.
    expect(env.status).toMatchObject({ state: 'expired', expiresAt: life.expiresAt });
    expect(left).toBeLessThanOrEqual(300);
    return;
  }
  const asleep = env.spec.suspend === true ? 'Suspended' : undefined;
  expect(life.rest).toBe(left <= 0 ? 'Expired' : asleep);
  if (left > 0 && end !== undefined) expect(life.wait).toBeLessThanOrEqual(left);
}

function lasting(env: DynamicEnv): DynamicEnv {
  return { ...env, metadata: { ...env.metadata, creationTimestamp: rfc3339(NOW) } };
}

function statusOf({ rest, expiresAt }: ReturnType<typeof lifeTime>) {
  const state = rest === 'Expired' ? 'expired' : rest === 'Suspended' ? 'suspended' : 'ready';
  return { state, ...(expiresAt === undefined ? {} : { expiresAt }) } as const;
}

function changed(env: DynamicEnv, event: Event, time: number): DynamicEnv {
  const renewed = (value: string): DynamicEnv => ({
    ...env,
    metadata: { ...env.metadata, annotations: { 'riskified.com/renewed-at': value } },
  });
  switch (event.do) {
    case 'wait':
      return env;
    case 'renew':
      return renewed(stamp(time + event.off));
    case 'spoil':
      return renewed(`${event.value} `);
    case 'suspend':
      return { ...env, spec: { ...env.spec, suspend: event.value } };
    case 'ttl': {
      const { ttl: _ttl, ...spec } = env.spec;
      const ttl = event.value === undefined ? {} : { ttl: `${event.value}s` };
      return { ...env, spec: { ...spec, ...ttl } };
    }
  }
}

/** Seconds after `NOW`, by plain words: the later of creation and valid renewal, plus the ttl. */
function endOf({ metadata, spec }: DynamicEnv, time: number): number | undefined {
  if (spec.ttl === undefined) return undefined;
  const value = metadata.annotations?.['riskified.com/renewed-at'] ?? '';
  const renewed = /Z$/.test(value) ? (Date.parse(value) - NOW.getTime()) / 1000 : Number.NaN;
  const isCounted = renewed <= time + 300;
  return Math.max(0, isCounted ? renewed : 0) + Number(spec.ttl.slice(0, -1));
}
