import { describe, expect, test } from '@jest/globals';
import { createClock } from '../../../src/simulator/clock.ts';
import { createWorkQueue } from '../../../src/simulator/metacontroller/work-queue.ts';

const START = '2026-01-01T00:00:00Z';

describe('the clock', () => {
  test('advances only when it is told, and runs due timers in order of time, then of creation', async () => {
    const clock = createClock(START);
    const ran: string[] = [];
    clock.after(20, () => void ran.push(`late ${clock.now().toISOString()}`));
    clock.after(10, async () => void ran.push('first'));
    clock.after(10, () => void ran.push('second'));
    const cancel = clock.after(15, () => void ran.push('never'));
    cancel();
    expect(clock.now().toISOString()).toBe('2026-01-01T00:00:00.000Z');
    await clock.runUntil(clock.milliseconds() + 10);
    expect(ran).toEqual(['first', 'second']);
    await clock.runUntil(clock.milliseconds() + 1000);
    expect(ran).toEqual(['first', 'second', 'late 2026-01-01T00:00:00.020Z']);
    expect(clock.now().toISOString()).toBe('2026-01-01T00:00:01.010Z');
  });

  test('counts every timer as pending except background timers', () => {
    const clock = createClock(START);
    clock.after(1, () => {}, 'background');
    expect(clock.busy()).toBe(false);
    clock.after(1, () => {});
    expect(clock.busy()).toBe(true);
  });

  test('requires a start time', () => {
    expect(() => createClock('noon')).toThrow('not a time: noon');
  });
});

describe('the work queue', () => {
  function queueOf(work: (key: string) => Promise<void> | void) {
    const clock = createClock(START);
    const ran: string[] = [];
    const queue = createWorkQueue(clock, async (key) => {
      ran.push(`${key}@${clock.milliseconds() - Date.parse(START)}`);
      await work(key);
    });
    const run = (milliseconds: number) => clock.runUntil(Date.parse(START) + milliseconds);
    return { queue, ran, run };
  }

  test('handles a key once, however often it was added', async () => {
    const { queue, ran, run } = queueOf(() => {});
    for (const key of ['a', 'b', 'a']) queue.add(key);
    await run(100);
    expect(ran).toEqual(['a@1', 'b@1']);
  });

  test('handles a key again if it was added while it was being handled', async () => {
    let again = true;
    const { queue, ran, run } = queueOf((key) => {
      if (again) queue.add(key);
      again = false;
    });
    queue.add('a');
    await run(100);
    expect(ran).toEqual(['a@1', 'a@2']);
  });

  test('uses the shortest of several delays', async () => {
    const { queue, ran, run } = queueOf(() => {});
    queue.addAfter('a', 50);
    queue.addAfter('a', 80);
    queue.addAfter('b', 50);
    queue.addAfter('b', 20);
    await run(1000);
    expect(ran).toEqual(['b@21', 'a@51']);
  });

  test('doubles the delay after each failure, up to a limit, and starts again after a success', async () => {
    const { queue, ran, run } = queueOf(() => {});
    queue.addRateLimited('a');
    await run(10);
    queue.addRateLimited('a');
    await run(100);
    queue.addRateLimited('a');
    await run(1000);
    queue.forget('a');
    queue.addRateLimited('a', 10_000);
    await run(20_000);
    expect(ran).toEqual(['a@6', 'a@21', 'a@121', 'a@11006']);
    for (let failures = 0; failures < 30; failures += 1) queue.addRateLimited('b');
    await run(20_000);
    queue.addRateLimited('c');
    await run(30_000);
    expect(ran.at(-1)).toBe('c@20006');
  });
});
