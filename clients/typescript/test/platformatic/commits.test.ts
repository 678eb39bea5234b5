import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { acknowledged } from '../../src/platformatic/acknowledged.ts';
import { type Commits, commits } from '../../src/platformatic/commits.ts';
import type { RawConsumer } from '../../src/platformatic/fetched.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const NEVER_MS = 1_000_000;
let open: Commits[] = [];
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  open = [];
});

/** A consumer that has partition 0 and notes what is committed. */
function start(interval = NEVER_MS) {
  const sent: [partition: number, offset: bigint][][] = [];
  const positions = new Map<number, bigint>();
  const failed: unknown[] = [];
  const consumer = Object.assign(new EventEmitter(), {
    assignments: [{ topic: 'payments', partitions: [0] }],
    isActive: (): boolean => true,
    commit: async ({ offsets }: { offsets: { partition: number; offset: bigint }[] }) => {
      sent.push(offsets.map(({ partition, offset }) => [partition, offset]));
    },
  });
  const acks = acknowledged();
  const fetched = {
    read: () => null,
    position: (_: string, partition: number) => positions.get(partition),
    restart: async () => {},
    close: async () => {},
  };
  const committer = commits({
    consumer: consumer as unknown as RawConsumer,
    acknowledged: acks,
    fetched,
    interval,
    failed: (error) => void failed.push(error),
  });
  open.push(committer);
  return { ...committer, consumer, acks, sent, positions, failed };
}

describe('commits', () => {
  test('what is handled is committed, and only once', async () => {
    const { acks, flush, sent } = start();
    acks.begin('payments:0', 4n)();
    await flush();
    await flush();
    expect(sent).toEqual([[[0, 5n]]]);
  });

  test('a partition that this member does not have is not committed', async () => {
    const { acks, flush, sent } = start();
    acks.begin('payments:1', 4n)();
    await flush();
    expect(sent).toEqual([]);
  });

  test('a partition that was lost and came back is not set back', async () => {
    const { acks, flush, sent, consumer } = start();
    acks.begin('payments:0', 4n)();
    await flush();
    consumer.assignments = [];
    await flush();
    consumer.assignments = [{ topic: 'payments', partitions: [0] }];
    await flush();
    expect(sent).toEqual([[[0, 5n]]]);
  });

  test('markers behind the last message are committed', async () => {
    const { acks, flush, sent, positions } = start();
    acks.begin('payments:0', 4n)();
    positions.set(0, 6n);
    await flush();
    expect(sent).toEqual([[[0, 6n]]]);
  });

  test('without membership nothing is committed', async () => {
    const { acks, flush, sent, consumer } = start();
    consumer.isActive = () => false;
    acks.begin('payments:0', 4n)();
    await flush();
    expect(sent).toEqual([]);
    consumer.isActive = () => true;
  });

  test('a commit that failed is told, and sent again', async () => {
    const { acks, flush, sent, consumer, failed } = start();
    const { commit } = consumer;
    const refused = new Error('refused');
    consumer.commit = () => Promise.reject(refused);
    acks.begin('payments:0', 4n)();
    await flush();
    expect(failed).toEqual([refused]);
    consumer.commit = commit;
    await flush();
    expect(sent).toEqual([[[0, 5n]]]);
  });

  test('what was handled while a request runs is in the next one', async () => {
    const { acks, flush, sent, consumer } = start();
    const { commit } = consumer;
    let answer: () => void = () => {};
    consumer.commit = async (options) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      await commit(options);
      consumer.commit = commit;
    };
    acks.begin('payments:0', 4n)();
    const first = flush();
    await turn();
    acks.begin('payments:0', 5n)();
    const second = flush();
    answer();
    await Promise.all([first, second]);
    expect(sent).toEqual([[[0, 5n]], [[0, 6n]]]);
  });

  test('commits when a rebalance begins, periodically, and at the end', async () => {
    const { acks, sent, consumer, close } = start(20);
    acks.begin('payments:0', 4n)();
    consumer.emit('consumer:group:rebalance');
    await turn();
    expect(sent).toEqual([[[0, 5n]]]);
    acks.begin('payments:0', 5n)();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sent.length).toBe(2);
    acks.begin('payments:0', 6n)();
    await close();
    expect(sent.at(-1)).toEqual([[0, 7n]]);
  });
});
