import { describe, expect, test } from '@jest/globals';
import type { Subscriber } from '../../../../../src/api/subscriber.ts';
import {
  isLeaving,
  joiningStep,
  leavingStep,
  overSince,
  wasAvailable,
} from '../../../../../src/kinds/dynamicenv/events/phases.ts';
import { at, NOW, stamp } from '../../../../support/objects.ts';
import { subscriber } from '../../../../support/subscribers.ts';

/** Phase and noted times (seconds from now, or as they are), and the wait. */
function brief({ subscriber: one, ...rest }: { subscriber: Subscriber }) {
  const { annotations = {} } = one.metadata;
  const short = (key: string) => {
    const text = annotations[`riskified.com/${key}`];
    if (text === undefined) return undefined;
    const seconds = (Date.parse(text) - NOW.getTime()) / 1000;
    return Number.isNaN(seconds) ? text : seconds;
  };
  const available = short('available-since');
  const leaving = short('leaving-since');
  return {
    phase: one.spec.phase,
    ...(available === undefined ? {} : { available }),
    ...(leaving === undefined ? {} : { leaving }),
    ...rest,
  };
}

const written = (seconds: number) => ({
  managedFields: [{ manager: 'metacontroller', operation: 'Apply', time: stamp(seconds) }],
});
const since = (seconds: number) => ({ 'available-since': stamp(seconds) });
const left = (seconds: number) => ({ 'leaving-since': stamp(seconds) });

describe('consumers that are wanted, with a settle time of 3 s', () => {
  const step = (own: Subscriber, isAvailable: boolean, settleSeconds = 3, available?: string) =>
    brief(
      joiningStep(own, isAvailable, { env: 'alice', settleSeconds, now: NOW, since: available }),
    );

  test.each<[string, Subscriber, boolean, object]>([
    ['no pod is available', subscriber('Joining'), false, { phase: 'Joining' }],
    [
      'the first sync that sees it available notes the time',
      subscriber('Joining'),
      true,
      { phase: 'Joining', available: 0, wait: 4 },
    ],
    [
      'the settle time goes on',
      subscriber('Joining', since(-2)),
      true,
      { phase: 'Joining', available: -2, wait: 2 },
    ],
    [
      'the settle time is over',
      subscriber('Joining', since(-4)),
      true,
      { phase: 'Live', available: -4 },
    ],
    [
      'it is not available any more: the note goes, and the settle time begins again',
      subscriber('Joining', since(-4)),
      false,
      { phase: 'Joining' },
    ],
    [
      'the note is no time',
      subscriber('Joining', { 'available-since': 'soon' }),
      true,
      { phase: 'Joining', available: 0, wait: 4 },
    ],
    [
      'once Live it stays Live, though its pods crash',
      subscriber('Live', since(-99)),
      false,
      { phase: 'Live', available: -99 },
    ],
    [
      'Live without the note: somebody took it out',
      subscriber('Live'),
      true,
      { phase: 'Live', available: 0 },
    ],
  ])('%s', (_what, own, isAvailable, expected) => {
    expect(step(own, isAvailable)).toEqual(expected);
  });

  test.each<[string, Subscriber, number, object]>([
    ['counts', subscriber('Joining'), -1, { phase: 'Joining', available: -1, wait: 3 }],
    ['was long ago', subscriber('Joining'), -9, { phase: 'Live', available: -9 }],
    [
      'counts instead of a note, so that all syncs write the same',
      subscriber('Joining', since(-9)),
      -2,
      { phase: 'Joining', available: -2, wait: 2 },
    ],
    [
      'changes nothing once it is Live',
      subscriber('Live', since(-9)),
      -2,
      { phase: 'Live', available: -9 },
    ],
    [
      'is ahead of our clock',
      subscriber('Joining'),
      2,
      { phase: 'Joining', available: 2, wait: 6 },
    ],
  ])("the Deployment controller's time %s", (_what, own, available, expected) => {
    expect(step(own, true, 3, stamp(available))).toEqual(expected);
  });

  test('without a settle time it is Live at once, but never before it is available', () => {
    expect(step(subscriber('Joining'), true, 0)).toEqual({ phase: 'Live', available: 0 });
    expect(step(subscriber('Joining'), false, 0)).toEqual({ phase: 'Joining' });
  });
});

describe('consumers that leave: 35 s from the first sync that sees it', () => {
  const step = (own: Subscriber) => brief(leavingStep(own, 'alice', NOW));

  test.each<[string, Subscriber, object]>([
    [
      'seen Live: it is asked to leave, and nothing is counted',
      subscriber('Live', since(-99)),
      { phase: 'Leaving', available: -99, isOver: false },
    ],
    ['seen Joining', subscriber('Joining'), { phase: 'Leaving', isOver: false }],
    [
      'seen Leaving for the first time',
      subscriber('Leaving'),
      { phase: 'Leaving', leaving: 0, isOver: false, wait: 36 },
    ],
    [
      'after 35 s: the clocks of two machines may differ by a part of a second',
      subscriber('Leaving', left(-35)),
      { phase: 'Leaving', leaving: -35, isOver: false, wait: 1 },
    ],
    [
      'after 36 s',
      subscriber('Leaving', left(-36)),
      { phase: 'Leaving', leaving: -36, isOver: true },
    ],
    [
      'seen Live, though somebody gave it a note: nothing is counted',
      subscriber('Live', left(-99)),
      { phase: 'Leaving', isOver: false },
    ],
    [
      'the note has the time of the phase: two syncs write the same',
      subscriber('Leaving', {}, written(-5)),
      { phase: 'Leaving', leaving: -5, isOver: false, wait: 36 },
    ],
    [
      'the wait begins when the note is written',
      subscriber('Leaving', left(-99), written(-10)),
      { phase: 'Leaving', leaving: -99, isOver: false, wait: 26 },
    ],
    [
      'and is over 36 s after that',
      subscriber('Leaving', left(-99), written(-36)),
      { phase: 'Leaving', leaving: -99, isOver: true },
    ],
    [
      "the API server's clock is ahead: it waits for longer",
      subscriber('Leaving', left(1), written(2)),
      { phase: 'Leaving', leaving: 1, isOver: false, wait: 38 },
    ],
    [
      'the note is no time',
      subscriber('Leaving', { 'leaving-since': '' }),
      { phase: 'Leaving', leaving: 0, isOver: false, wait: 36 },
    ],
    [
      'somebody deletes it, and its finalizers keep it: it cannot be written, so nothing is counted',
      subscriber('Leaving', left(-99), { deletionTimestamp: stamp(-99) }),
      { phase: 'Leaving', isOver: false },
    ],
  ])('%s', (_what, own, expected) => {
    expect(step(own)).toEqual(expected);
  });

  test('when the wait was over', () => {
    expect(overSince(subscriber('Leaving', left(-40)), 'alice', NOW)).toBe(stamp(-5));
    expect(overSince(subscriber('Leaving', left(-30)), 'alice', NOW)).toBeUndefined();
    expect(overSince(subscriber('Live', left(-99)), 'alice', NOW)).toBeUndefined();
    expect(overSince(subscriber('Leaving', left(-30)), 'alice', at(6))).toBe(stamp(5));
  });

  test.each([
    ['Joining', false],
    ['Live', false],
    ['Leaving', true],
  ] as const)('%s: whether it leaves to the end', (phase, expected) => {
    expect(isLeaving(subscriber(phase, left(0)))).toBe(expected);
  });

  test('whether it may have been Live', () => {
    expect(wasAvailable(subscriber('Leaving', since(-1)))).toBe(true);
    expect(wasAvailable(subscriber('Leaving'))).toBe(false);
  });
});

test('what never changes is taken over, and the labels follow from it', () => {
  const own = subscriber('Joining', {}, { labels: { stray: 'label' } });
  const { subscriber: next } = joiningStep(own, true, { env: 'alice', settleSeconds: 0, now: NOW });
  expect(next).toEqual(subscriber('Live', since(0)));
  expect(next.metadata).toMatchObject({
    name: expect.stringMatching(/^alice-[0-9a-f]{10}$/),
    labels: {
      'dynamic-env': 'true',
      'riskified.com/ref': 'mp-101',
      'riskified.com/workload': expect.stringMatching(/^[0-9a-f]{10}$/),
    },
  });
});
