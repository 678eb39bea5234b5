import { describe, expect, test } from '@jest/globals';
import { fitMerges, MERGES_BYTES, roomBeside } from '../../../../src/virtualservice/merges/fit.ts';
import type { Room } from '../../../../src/virtualservice/plan/room.ts';
import { MAX_PLAN_BYTES, MERGE_BYTES } from '../../../../src/virtualservice/routes/limits.ts';
import { merge } from './builders.ts';

const ROOM: Room = {
  plan: MAX_PLAN_BYTES,
  older: MERGE_BYTES,
  routes: () => 1_000_000,
  routesAtLeast: () => 1_000_000,
  sent: Number.POSITIVE_INFINITY,
  envs: true,
};
/** A merge of about so many kibibytes. */
const sized = (name: string, kib: number, rest: Parameters<typeof merge>[1] = {}) =>
  merge(name, { http: [{ name: 'x'.repeat(kib * 1024) }], ...rest });
const day = (at: number) => ({ created: `2026-01-0${at}T00:00:00Z` });
const names = (list: readonly { name: string }[]) => list.map(({ name }) => name).sort();
function fitted(
  wanted: Parameters<typeof fitMerges>[0],
  present: Parameters<typeof fitMerges>[1] = [],
  room = ROOM,
  forEnvs = 0,
): [string[], string[]] {
  const { kept, tooLarge } = fitMerges(wanted, present, room, forEnvs);
  return [names(kept), tooLarge.map(({ merge: { uid } }) => uid).sort()];
}

describe('the room of merges', () => {
  const big = (at: number, name = `m${at}`) => sized(name, 15, day(at));
  const three = [big(1), big(2), big(3)];

  test('one merge has at most a quarter of a plan', () => {
    const bytes = MERGE_BYTES / 1024;
    expect(fitted([sized('a', bytes - 1), sized('b', bytes)])).toEqual([['a'], ['b']]);
    const [left] = fitMerges([sized('b', bytes)], [], ROOM, 0).tooLarge;
    expect(left?.message).toMatch(/one merge may have 16384 in a VirtualService: split it/);
  });

  test('all have nearly a whole plan; the older ones come first', () => {
    expect(MERGES_BYTES).toBe(60 * 1024);
    expect(fitted([big(4), ...three])).toEqual([['m1', 'm2', 'm3'], ['m4']]);
    const [left] = fitMerges([big(4), ...three], [], ROOM, 0).tooLarge;
    expect(left?.message).toMatch(/left for merges in this VirtualService: delete another merge/);
  });

  test('those in the plan stay before older ones that come', () => {
    expect(fitted([big(1, 'a0'), ...three.slice(1), big(4)], [...three.slice(1), big(4)])).toEqual([
      ['m2', 'm3', 'm4'],
      ['a0'],
    ]);
  });

  test('a small one gets in beside large ones that do not', () => {
    expect(fitted([...three, big(4), sized('small', 1, day(5))])).toEqual([
      ['m1', 'm2', 'm3', 'small'],
      ['m4'],
    ]);
  });

  test('envs of the plan keep their room from merges that come, not from those in it', () => {
    const forEnvs = MAX_PLAN_BYTES - 20 * 1024;
    expect(fitted([big(1), big(2)], [], ROOM, forEnvs)).toEqual([['m1'], ['m2']]);
    expect(fitted([big(1), big(2)], [big(1), big(2)], ROOM, forEnvs)).toEqual([['m1', 'm2'], []]);
  });

  test('a version that does not fit leaves the room of the one before to it', () => {
    const before = sized('m1', 15, day(1));
    const larger = sized('m1', 17, { ...day(1), generation: 2 });
    const others = [sized('m2', 15, day(2)), sized('m3', 15, day(3))];
    // Without m1 there would be room for m4.
    const comes = sized('a4', 15, { created: '2025-01-01T00:00:00Z' });
    expect(fitted([larger, ...others, comes], [before, ...others])).toEqual([
      ['m2', 'm3'],
      ['a4', 'm1'],
    ]);
  });

  test('a smaller version keeps the room of the one before until it is in', () => {
    const before = sized('m1', 15, day(1));
    const smaller = sized('m1', 1, { ...day(1), generation: 2 });
    const others = [sized('m2', 15, day(2)), sized('m3', 15, day(3))];
    expect(fitted([smaller, ...others, sized('m4', 15, day(4))], [before, ...others])).toEqual([
      ['m1', 'm2', 'm3'],
      ['m4'],
    ]);
  });

  test('the VirtualService may have no room for the routes', () => {
    const room = { ...ROOM, routes: () => 20_000, routesAtLeast: () => 0 };
    expect(fitted(three, [], room)).toEqual([['m1'], ['m2', 'm3']]);
    const [left] = fitMerges(three, [], room, 0).tooLarge;
    expect(left?.message).toMatch(/no room for its routes: delete another merge/);
  });

  test('many routes count more than their texts', () => {
    const many = merge('many', { http: Array.from({ length: 100 }, () => ({})) });
    expect(
      fitted([many], [], { ...ROOM, routes: () => 60_000, routesAtLeast: () => 60_000 }),
    ).toEqual([[], ['many']]);
  });

  test('envs have what merges leave', () => {
    const merges = [merge('m', { http: [{ name: 'x' }] })];
    const rendered = [{ name: 'long' }];
    const left = roomBeside({ merges }, rendered, ROOM);
    expect(left.plan).toBe(ROOM.plan - JSON.stringify({ merges }).length);
    expect(left.routes()).toBe(1_000_000 - JSON.stringify(rendered).length);
    expect(left.routesAtLeast()).toBe(left.routes());
  });
});
