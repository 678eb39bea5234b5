import { describe, expect, it } from '@jest/globals';
import type { IstioMatch } from '../../../../src/api/dynamicenv.ts';
import { draftRoutes } from '../../../../src/virtualservice/injections/render.ts';
import { applicants } from '../../../../src/virtualservice/injections/room-order.ts';
import {
  PLAN_SHARE_BYTES,
  ROUTES_SHARE_BYTES,
} from '../../../../src/virtualservice/injections/share.ts';
import { fitInjections } from '../../../../src/virtualservice/pipeline.ts';
import { roomOf } from '../../../../src/virtualservice/plan/room.ts';
import type { PlannedInjection } from '../../../../src/virtualservice/routes/plan-codec.ts';
import { BASE, planEntry, SCOPE, users } from '../builders.ts';

const bytes = (one: PlannedInjection) => JSON.stringify(one).length;
const long = (length: number): IstioMatch => ({ headers: { user: { exact: 'x'.repeat(length) } } });
/** An injection that takes this number of bytes in a plan. */
const sized = (env: string, size: number, spec: Parameters<typeof planEntry>[0] = {}) =>
  planEntry({
    ...spec,
    env,
    matches: [long(size - bytes(planEntry({ ...spec, env, matches: [long(0)] })))],
  });

describe('the order in which injections get room', () => {
  const day = (number: number) => `2026-01-0${number}T00:00:00Z`;
  const old = planEntry({ env: 'old', envCreationTimestamp: day(1) });
  const young = planEntry({ env: 'young', envCreationTimestamp: day(2) });
  const grown = planEntry({ env: 'grown', envCreationTimestamp: day(1), matches: [long(99)] });
  const shrunk = planEntry({ env: 'shrunk', envCreationTimestamp: day(3), matches: [long(1)] });
  const newcomer = planEntry({ env: 'newcomer', envCreationTimestamp: day(1) });
  const later = planEntry({ env: 'later', envCreationTimestamp: day(4) });

  it('is: unchanged ones in the plan, changed ones that did not grow, grown ones, new ones; in each group the older first', () => {
    const present = [
      { ...grown, matches: [long(98)] },
      { ...shrunk, matches: [long(2)] },
      young,
      old,
    ];
    const all = [later, newcomer, grown, shrunk, young, old];
    expect(
      applicants(all, present, bytes).map(({ injection, isSettled }) => [injection.env, isSettled]),
    ).toEqual([
      ['old', true],
      ['young', true],
      ['shrunk', true],
      ['grown', false],
      ['newcomer', false],
      ['later', false],
    ]);
  });
});

it('an upgrade or a change of the base that renames subsets does not count as growth: no env loses its place or gets a limit', () => {
  const before = sized('a', PLAN_SHARE_BYTES + 100, { subset: 'a' });
  const after = { ...before, to: 'backend-a', targets: { v1: 'backend-a-0123456789' } };
  const other = sized('b', 300);
  const draft = draftRoutes(users([BASE]), [after, other], SCOPE);
  const room = roomOf(users([BASE]), undefined);
  const { leftOut } = fitInjections(draft, [after, other], room, [before]);
  expect(leftOut).toEqual([]);
  const larger = { ...after, matches: [...after.matches, long(1)] };
  const again = draftRoutes(users([BASE]), [larger, other], SCOPE);
  expect(fitInjections(again, [larger, other], room, [before]).leftOut).toHaveLength(1);
});

describe('the share of an env', () => {
  const fitted = (all: PlannedInjection[], present: PlannedInjection[] = [], http = [BASE]) => {
    const draft = draftRoutes(users(http), all, SCOPE);
    const { kept, leftOut } = fitInjections(draft, all, roomOf(users(http), undefined), present);
    return [kept.map(({ env }) => env).join(), leftOut.map(({ excess }) => excess ?? 'no room')];
  };

  it('is a quarter of the plan, to the byte', () => {
    expect(fitted([sized('a', PLAN_SHARE_BYTES)])).toEqual(['a', []]);
    expect(fitted([sized('a', PLAN_SHARE_BYTES + 1)])).toEqual([
      '',
      [
        'its plan would take 16385 bytes here, and one env may take 16384; use fewer or shorter matches',
      ],
    ]);
  });

  it('is for all injections of an env together', () => {
    const host = 'b';
    const half = PLAN_SHARE_BYTES / 2;
    expect(fitted([sized('a', half), sized('a', half, { host })])).toEqual(['a,a', []]);
    const [kept, told] = fitted([
      sized('a', half),
      sized('a', half + 1, { host }),
      sized('b', half),
    ]);
    expect([kept, told?.length]).toEqual(['a,b', 1]);
  });

  it('does not limit an env that is in the plan, until it grows', () => {
    const large = sized('a', PLAN_SHARE_BYTES + 100);
    const smaller = sized('a', PLAN_SHARE_BYTES + 99);
    expect(fitted([large], [large])[0]).toBe('a');
    expect(fitted([smaller], [large])[0]).toBe('a');
    expect(fitted([large], [smaller])[0]).toBe('');
  });

  it('is a quarter of an object, for routes beyond one match', () => {
    const route = { ...BASE, headers: { request: { set: { a: 'x'.repeat(ROUTES_SHARE_BYTES) } } } };
    const matches = [long(1), long(2)];
    expect(fitted([planEntry({ env: 'a' })], [], [route])[0]).toBe('a');
    expect(fitted([planEntry({ env: 'a', matches })], [], [route])).toEqual([
      '',
      [expect.stringMatching(/^its routes of more than one match would take \d+ bytes here/)],
    ]);
    const smaller = { ...BASE, headers: { request: { set: { a: 'x'.repeat(300_000) } } } };
    expect(fitted([planEntry({ env: 'a', matches })], [], [smaller])[0]).toBe('a');
  });

  it('leaves room for others', () => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((env) => sized(env, PLAN_SHARE_BYTES - 100));
    expect(fitted(all)).toEqual(['a,b,c,d', ['no room']]);
    expect(fitted([...all, planEntry({ env: 'f' })])[0]).toBe('a,b,c,d,f');
    const [first = planEntry(), ...others] = all;
    expect(fitted([...others, first], others)).toEqual(['b,c,d,e', ['no room']]);
  });
});
