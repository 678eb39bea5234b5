import { describe, expect, test } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import type { BrokerAdmin } from '../../src/broker/port.ts';
import { adminOf } from '../../src/kafkajs/admin.ts';

const OWN = 'orders.mp-101.0123456789';
const OFFSETS = new Map([
  [
    'payments',
    new Map([
      [0, 5n],
      [1, 9_007_199_254_740_993n],
    ]),
  ],
  ['refunds', new Map([[0, 0n]])],
]);

/** kafkajs' client with a broker that answers what is given; `calls` has what was asked. */
function kafkaWith({
  state = 'Empty',
  crash,
  commit,
}: {
  state?: string;
  crash?: Error;
  commit?: Error;
} = {}) {
  const calls: unknown[] = [];
  const listeners = new Map<string, (event: unknown) => void>();
  const kafka = {
    admin: () => ({
      connect: async () => void calls.push('connect'),
      disconnect: async () => void calls.push('disconnect'),
      fetchTopicMetadata: async ({ topics: [name] }: { topics: string[] }) => {
        if (name === 'gone') throw protocolError('UNKNOWN_TOPIC_OR_PARTITION');
        return { topics: [{ name, partitions: [{ partitionId: 0 }, { partitionId: 1 }] }] };
      },
      fetchOffsets: async ({ groupId }: { groupId: string }) => {
        if (groupId === 'hidden') throw noCoordinator();
        if (groupId === 'secret') throw retried(protocolError('GROUP_AUTHORIZATION_FAILED'));
        return [
          {
            topic: 'payments',
            partitions: [
              { partition: 0, offset: '7' },
              { partition: 1, offset: '-1' },
              { partition: 2, offset: '-2' },
            ],
          },
        ];
      },
      fetchTopicOffsets: async () => [{ partition: 0, offset: '9', high: '9', low: '4' }],
      describeGroups: async () => ({ groups: [{ state }] }),
    }),
    consumer: (config: unknown) => {
      calls.push(['consumer', config]);
      return {
        events: { CRASH: 'consumer.crash' },
        on: (type: string, listener: (event: unknown) => void) => listeners.set(type, listener),
        connect: async () => {},
        subscribe: async (config: unknown) => void calls.push(['subscribe', config]),
        run: async ({ autoCommit }: { autoCommit: boolean }) => {
          calls.push(['run', autoCommit]);
          if (crash) listeners.get('consumer.crash')?.({ payload: { error: crash } });
        },
        pause: (topics: unknown) => void calls.push(['pause', topics]),
        commitOffsets: async (offsets: unknown) => {
          calls.push(['commit', offsets]);
          if (commit) throw commit;
        },
        disconnect: async () => void calls.push('leave'),
      };
    },
  } as unknown as Kafka;
  return { calls, ask: <T>(use: (admin: BrokerAdmin) => Promise<T>) => adminOf(kafka)(use) };
}

function protocolError(type: string): Error {
  return Object.assign(new Error(`kafkajs says ${type}`), { type });
}

/** All that kafkajs says when brokers refuse a group. */
function noCoordinator(): Error {
  const error = new Error('Failed to find group coordinator');
  return Object.assign(error, { name: 'KafkaJSGroupCoordinatorNotFound' });
}

/** kafkajs wraps an error when it has retried enough. */
function retried(cause: Error): Error {
  return new Error('retries exceeded', { cause });
}

describe('kafkajs’ admin client', () => {
  test('reads partitions, offsets and ends', async () => {
    const { ask } = kafkaWith();
    expect(await ask((admin) => admin.partitions(['payments']))).toEqual(
      new Map([['payments', [0, 1]]]),
    );
    // -1: nothing is committed. -2: kafkajs has committed that it goes on at the earliest message.
    expect(await ask((admin) => admin.committed('orders', ['payments']))).toEqual(
      new Map([
        [
          'payments',
          new Map([
            [0, 7n],
            [2, 0n],
          ]),
        ],
      ]),
    );
    expect(await ask((admin) => admin.ends(['payments'], 'read_committed'))).toEqual(
      new Map([['payments', new Map([[0, 9n]])]]),
    );
    expect(await ask((admin) => admin.earliest(['payments']))).toEqual(
      new Map([['payments', new Map([[0, 4n]])]]),
    );
  });

  test('is disconnected whatever happens', async () => {
    const { ask, calls } = kafkaWith();
    await expect(ask(async () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(calls).toEqual(['connect', 'disconnect']);
  });

  test('an error names the topic or group, and the right', async () => {
    const { ask } = kafkaWith();
    await expect(ask((admin) => admin.partitions(['payments', 'gone']))).rejects.toThrow(
      'Event routing: topic "gone" does not exist; create it before its consumers start',
    );
    await expect(ask((admin) => admin.committed('secret', ['payments']))).rejects.toThrow(
      'Event routing: Kafka refuses group "secret"; this client needs the right to DESCRIBE the group',
    );
  });

  test('a group that has no coordinator is probably refused', async () => {
    const { ask } = kafkaWith();
    const words = (group: string, right: string) =>
      `Event routing: Kafka names no coordinator of group "${group}"; if its brokers can be reached, this client probably lacks the right to ${right}`;
    await expect(ask((admin) => admin.committed('hidden', ['payments']))).rejects.toThrow(
      words('hidden', 'DESCRIBE the group'),
    );
    const joining = kafkaWith({ crash: retried(noCoordinator()) });
    await expect(joining.ask((admin) => admin.commitIfEmpty(OWN, OFFSETS))).rejects.toThrow(
      words(OWN, 'READ the group'),
    );
  });

  test.each(['Stable', 'PreparingRebalance', 'CompletingRebalance'])(
    'does not commit for a group that is %s',
    async (state) => {
      const { ask, calls } = kafkaWith({ state });
      expect(await ask((admin) => admin.commitIfEmpty(OWN, OFFSETS))).toBe('group is not empty');
      expect(calls).toEqual(['connect', 'disconnect']);
    },
  );

  test.each(['Empty', 'Dead'])(
    'commits all offsets at once for a group that is %s, and leaves it',
    async (state) => {
      const { ask, calls } = kafkaWith({ state });
      expect(await ask((admin) => admin.commitIfEmpty(OWN, OFFSETS))).toBe('done');
      expect(calls).toEqual([
        'connect',
        ['consumer', expect.objectContaining({ groupId: OWN, allowAutoTopicCreation: false })],
        ['subscribe', { topics: ['payments', 'refunds'], fromBeginning: true }],
        ['run', false],
        ['pause', [{ topic: 'payments' }, { topic: 'refunds' }]],
        [
          'commit',
          [
            { topic: 'payments', partition: 0, offset: '5' },
            { topic: 'payments', partition: 1, offset: '9007199254740993' },
            { topic: 'refunds', partition: 0, offset: '0' },
          ],
        ],
        'leave',
        'disconnect',
      ]);
    },
  );

  test.each(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS'])(
    '%s: another member was there',
    async (type) => {
      const { ask } = kafkaWith({ commit: retried(protocolError(type)) });
      expect(await ask((admin) => admin.commitIfEmpty(OWN, OFFSETS))).toBe('group is not empty');
    },
  );

  test('joining that fails is an error, although kafkajs’ run does not reject', async () => {
    const { ask, calls } = kafkaWith({ crash: protocolError('GROUP_AUTHORIZATION_FAILED') });
    await expect(ask((admin) => admin.commitIfEmpty(OWN, OFFSETS))).rejects.toThrow(
      `Kafka refuses group "${OWN}"; this client needs the right to READ the group`,
    );
    expect(calls).toContain('leave');
  });
});
