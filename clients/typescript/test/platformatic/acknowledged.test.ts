import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { acknowledged } from '../../src/platformatic/acknowledged.ts';

const P = 'payments:0';

describe('acknowledged', () => {
  test('nothing is known of a partition without messages', () => {
    expect(acknowledged().committable(P)).toBeUndefined();
  });

  test('an open message holds back everything after it', () => {
    const acks = acknowledged();
    acks.begin(P, 7n);
    const second = acks.begin(P, 8n);
    second();
    expect(acks.committable(P)).toBe(7n);
    expect(acks.open()).toBe(2);
  });

  test('messages may be done in any order', () => {
    const acks = acknowledged();
    const [first, second, third] = [7n, 8n, 12n].map((offset) => acks.begin(P, offset));
    third?.();
    first?.();
    expect(acks.committable(P)).toBe(8n);
    second?.();
    expect(acks.committable(P)).toBe(13n);
    expect(acks.open()).toBe(0);
  });

  test('a partition that begins again at an earlier offset is open again from there', () => {
    const acks = acknowledged();
    const [early] = [7n, 8n, 9n].map((offset) => acks.begin(P, offset));
    acks.begin(P, 7n);
    early?.();
    expect(acks.committable(P)).toBe(7n);
    expect(acks.open()).toBe(1);
  });

  test('what is no message counts when nothing is open', () => {
    const acks = acknowledged();
    const done = acks.begin(P, 7n);
    acks.caughtUp(P, 10n);
    expect(acks.committable(P)).toBe(7n);
    done();
    acks.caughtUp(P, 10n);
    expect(acks.committable(P)).toBe(10n);
    acks.caughtUp(P, 9n);
    expect(acks.committable(P)).toBe(10n);
  });

  test('a partition that had only markers since the start can be committed', () => {
    const acks = acknowledged();
    acks.caughtUp(P, 11n);
    expect(acks.committable(P)).toBe(11n);
  });

  test('partitions do not know of each other', () => {
    const acks = acknowledged();
    acks.begin('payments:1', 3n);
    acks.begin(P, 7n)();
    expect([acks.committable(P), acks.committable('payments:1')]).toEqual([8n, 3n]);
  });
});

test('whatever is done in whatever order: nothing open is before the offset to commit', () => {
  const steps = fc.array(
    fc.record({ gap: fc.integer({ min: 1, max: 3 }), isDone: fc.boolean(), order: fc.nat() }),
  );
  fc.assert(
    fc.property(steps, (messages) => {
      const acks = acknowledged();
      let at = 0n;
      const begun = messages.map(({ gap, isDone, order }) => {
        at += BigInt(gap);
        return { offset: at, isDone, order, done: acks.begin(P, at) };
      });
      for (const { isDone, done } of begun.toSorted((one, other) => one.order - other.order)) {
        if (isDone) done();
      }
      const open = begun.filter(({ isDone }) => !isDone).map(({ offset }) => offset);
      const expected = open[0] ?? (begun.length === 0 ? undefined : at + 1n);
      expect(acks.committable(P)).toBe(expected);
    }),
  );
});
