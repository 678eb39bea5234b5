import { describe, expect, test } from '@jest/globals';
import { drain } from '../../src/broker/drain.ts';
import { fakeBroker } from '../lib/fake-broker.ts';

const GROUP = 'orders.mp-101.0123456789';

/** Time passes only while the drain sleeps; `each` is called then. */
function setUp(each: (at: number, broker: ReturnType<typeof fakeBroker>) => void = () => {}) {
  const broker = fakeBroker({
    payments: [
      { earliest: 0n, end: 10n },
      { earliest: 0n, end: 20n },
    ],
    refunds: [{ earliest: 5n, end: 5n }],
  });
  let time = 0;
  const options = {
    group: GROUP,
    topics: ['payments', 'refunds'],
    isolation: 'read_committed' as const,
    deadline: 10_000,
    now: () => time,
    sleep: async (ms: number) => {
      time += ms;
      each(time, broker);
    },
  };
  const commit = (...offsets: bigint[]) =>
    broker.group(GROUP).offsets.set('payments', new Map(offsets.map((at, id) => [id, at])));
  return { broker, options, commit, time: () => time };
}

describe('drain', () => {
  test('at once if the group is at the end', async () => {
    const { broker, options, commit, time } = setUp();
    commit(10n, 20n);
    expect(await drain(broker.admin, options)).toEqual([]);
    expect(time()).toBe(0);
  });

  test('waits for all partitions, whoever has them', async () => {
    const { broker, options, commit, time } = setUp((at) => {
      if (at === 1000) commit(10n, 5n);
      if (at === 3000) commit(10n, 20n);
    });
    expect(await drain(broker.admin, options)).toEqual([]);
    expect(time()).toBe(3000);
  });

  test('messages that come later do not count', async () => {
    const { broker, options, commit, time } = setUp((at, { topics }) => {
      for (const partition of topics.get('payments') ?? []) partition.end += 1000n;
      if (at === 500) commit(10n, 20n);
    });
    expect(await drain(broker.admin, options)).toEqual([]);
    expect(time()).toBe(500);
  });

  test('partitions that come later do not count', async () => {
    const { broker, options, commit } = setUp((_, { topics }) => {
      topics.get('payments')?.push({ earliest: 0n, end: 5n });
      commit(10n, 20n);
    });
    expect(await drain(broker.admin, options)).toEqual([]);
  });

  test('a partition without commits counts from its first message', async () => {
    const { broker, options, commit } = setUp();
    commit(10n);
    const left = await drain(broker.admin, { ...options, deadline: 0 });
    expect(left).toEqual([{ group: GROUP, topic: 'payments', partition: 1, messages: 20n }]);
  });

  test('messages that the log deleted need not be handled', async () => {
    const { broker, options, commit } = setUp((_, { topics }) => {
      for (const partition of topics.get('payments') ?? []) partition.earliest = partition.end;
    });
    commit(3n, 4n);
    expect(await drain(broker.admin, options)).toEqual([]);
  });

  test('says what is left at the deadline', async () => {
    const { broker, options, commit, time } = setUp();
    commit(9n, 20n);
    expect(await drain(broker.admin, options)).toEqual([
      { group: GROUP, topic: 'payments', partition: 0, messages: 1n },
    ]);
    expect(time()).toBe(10_000);
  });

  test('tells what is left as often as it looks', async () => {
    const { broker, options, commit } = setUp((at) => commit(10n, at === 500 ? 15n : 20n));
    commit(10n, 5n);
    const seen: bigint[][] = [];
    await drain(broker.admin, {
      ...options,
      seen: (left) => seen.push(left.map(({ messages }) => messages)),
    });
    expect(seen).toEqual([[15n], [5n], []]);
  });

  test('asks for the ends of its isolation level', async () => {
    const { broker, options, commit } = setUp();
    commit(10n, 20n);
    const asked: unknown[] = [];
    const ends: typeof broker.admin.ends = (topics, isolation) => {
      asked.push(isolation);
      return broker.admin.ends(topics, isolation);
    };
    await drain({ ...broker.admin, ends }, options);
    expect(asked).toEqual(['read_committed']);
  });
});
