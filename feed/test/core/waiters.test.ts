import { expect, test } from '@jest/globals';
import { createWaiters } from '../../src/core/waiters.ts';

function held() {
  const timers = new Map<number, () => void>();
  let count = 0;
  const waiters = createWaiters((_ms, call) => {
    const id = count++;
    timers.set(id, call);
    return () => timers.delete(id);
  });
  const ended: string[] = [];
  const hold = (name: string, workload: string, rev: string) =>
    waiters.hold(workload, rev, 10, () => ended.push(name));
  return { waiters, timers, ended, hold };
}

test('a change ends the polls of that workload that have another rev, once', () => {
  const { waiters, timers, ended, hold } = held();
  hold('a', 'shop/a', '1');
  hold('b', 'shop/b', '1');
  hold('c', 'shop/a', '2');
  waiters.changed((workload) => (workload === 'shop/a' ? '2' : '1'));
  expect(ended).toEqual(['a']);
  expect([waiters.size, timers.size]).toEqual([2, 2]);
  waiters.changed(() => '3');
  expect(ended.toSorted()).toEqual(['a', 'b', 'c']);
  expect([waiters.size, timers.size]).toEqual([0, 0]);
});

test('the time ends a poll, and a cancelled one never ends', () => {
  const { waiters, timers, ended, hold } = held();
  hold('a', 'shop/a', '1');
  const cancel = hold('b', 'shop/a', '1');
  cancel();
  cancel();
  for (const call of [...timers.values()]) call();
  waiters.releaseAll();
  expect(ended).toEqual(['a']);
  expect([waiters.size, timers.size]).toEqual([0, 0]);
});

test('a poll that is held again while others end waits for the next change', () => {
  const { waiters, ended, hold } = held();
  waiters.hold('shop/a', '1', 10, () => {
    ended.push('first');
    hold('again', 'shop/a', '1');
  });
  waiters.releaseAll();
  expect([ended, waiters.size]).toEqual([['first'], 1]);
});
