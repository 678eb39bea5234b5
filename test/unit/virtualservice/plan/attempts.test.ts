import { describe, expect, it } from '@jest/globals';
import { nextAttempt } from '../../../../src/virtualservice/plan/attempts.ts';
import { plan, planEntry, planNote } from '../builders.ts';

const NOW = new Date('2026-01-01T12:00:00.500Z');
const AT = '2026-01-01T12:00:00Z';
const wanted = plan([planEntry()]);
const ago = (seconds: number) => new Date(Date.parse(AT) - seconds * 1000).toISOString();

describe('a plan', () => {
  it.each([true, false])('that is new is written with its time (rendered: %s)', (isRendered) => {
    const expected = { plan: { ...wanted, at: AT }, isRepair: false };
    expect(nextAttempt(wanted, undefined, isRendered, NOW)).toEqual(expected);
  });

  it('that changed is written again, without its attempts', () => {
    const expected = { plan: { ...wanted, at: AT }, isRepair: false };
    const before = { attempt: 5, at: ago(1) };
    expect(nextAttempt(wanted, plan([], before), false, NOW)).toEqual(expected);
    const note = planNote('skipped', 'why');
    const notes = { ...wanted, ...before, notes: [note] };
    expect(nextAttempt(wanted, notes, false, NOW)).toEqual(expected);
  });

  it('that is rendered stays as it is', () => {
    const previous = { ...wanted, attempt: 3, at: ago(99999) };
    expect(nextAttempt(wanted, previous, true, NOW)).toEqual({ plan: previous, isRepair: false });
  });

  it.each([
    [undefined, 1, 2],
    [0, 1, 2],
    [1, 2, 4],
    [5, 32, 60],
    [6, 60, 60],
    [2000, 60, 60],
  ])('requested %s times waits %s seconds, then is requested again', (attempt, wait, next) => {
    const earlier = (at: string) => ({
      ...wanted,
      ...(attempt === undefined ? {} : { attempt }),
      at,
    });
    const early = earlier(ago(wait - 1));
    expect(nextAttempt(wanted, early, false, NOW)).toEqual({
      plan: early,
      resyncAfterSeconds: 0.5,
      isRepair: false,
    });
    expect(nextAttempt(wanted, earlier(ago(wait)), false, NOW)).toEqual({
      plan: { ...wanted, attempt: (attempt ?? 0) + 1, at: AT },
      resyncAfterSeconds: next,
      isRepair: true,
    });
  });

  it('is due exactly at the end of the wait', () => {
    const previous = { ...wanted, at: ago(1) };
    expect(nextAttempt(wanted, previous, false, new Date(AT)).isRepair).toBe(true);
  });

  it.each([undefined, 'no time', '2026-01-01T13:00:00Z'])(
    'is requested at once if its time cannot be used: %s',
    (at) => {
      const previous = { ...wanted, attempt: 6, ...(at === undefined ? {} : { at }) };
      expect(nextAttempt(wanted, previous, false, NOW)).toEqual({
        plan: { ...wanted, attempt: 7, at: AT },
        resyncAfterSeconds: 60,
        isRepair: true,
      });
    },
  );

  it('waits if another clock is a little ahead', () => {
    const previous = { ...wanted, attempt: 6, at: '2026-01-01T12:01:00.500Z' };
    expect(nextAttempt(wanted, previous, false, NOW).resyncAfterSeconds).toBe(120);
  });

  it.each<[string, string | undefined, number | undefined]>([
    // The time was written by a replica whose clock is minutes ahead, or behind.
    ['2026-01-01T12:05:00Z', '2026-01-01T12:00:00Z', 0.5],
    ['2026-01-01T11:55:00Z', '2026-01-01T12:00:00Z', 0.5],
    ['2026-01-01T11:55:00Z', '2026-01-01T11:59:59Z', undefined],
    // The API server's clock is far ahead of this clock.
    ['2026-01-01T12:00:00Z', '2026-01-01T13:00:00Z', 0.5],
    ['2026-01-01T11:59:59Z', '2026-01-01T13:00:00Z', undefined],
    ['2026-01-01T11:59:59Z', undefined, undefined],
  ])('written at %s, with the object stored at %s', (at, written, left) => {
    const previous = { ...wanted, at };
    const { isRepair, resyncAfterSeconds } = nextAttempt(wanted, previous, false, NOW, written);
    expect(isRepair).toBe(left === undefined);
    if (left !== undefined) expect(resyncAfterSeconds).toBe(left);
  });
});
