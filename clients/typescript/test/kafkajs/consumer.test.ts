import { describe, expect, test } from '@jest/globals';
import type { EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { currentHeaders, runInContext } from '../../src/context/store.ts';
import { routedConsumer } from '../../src/kafkajs/consumer.ts';
import { routing as made } from '../lib/fake-routing.ts';
import { type FakeRecord, kafkajsRun } from '../lib/kafkajs-runner.ts';

const MINE = 'mp-101';
const records: FakeRecord[] = [
  { offset: 0 },
  { offset: 1, ref: MINE },
  { offset: 2, ref: 'mp-102' },
  { offset: 4, ref: MINE },
  { offset: 5 },
  { offset: 6, isControlRecord: true },
];

describe('a kafkajs consumer', () => {
  test('of an env: its own group, from the beginning elsewhere', async () => {
    const run = await kafkajsRun(made('env'), records, { sessionTimeout: 10_000 });
    expect(run.config()).toEqual({
      groupId: 'orders.mp-101.1',
      sessionTimeout: 10_000,
      metadataMaxAge: 30_000,
    });
    expect(run.subscribed()).toEqual({ topics: ['payments'], fromBeginning: true });
  });

  test.each([true, false])('plain: its group, fromBeginning %s', async (fromBeginning) => {
    const run = await kafkajsRun(made('plain'), records, { fromBeginning });
    expect(run.config()).toEqual({ groupId: 'orders' });
    expect(run.subscribed()).toEqual({ topics: ['payments'], fromBeginning });
  });

  test.each([
    ['env', undefined, 30_000],
    ['env', 300_000, 30_000],
    ['env', 5_000, 5_000],
    ['stable', undefined, 30_000],
    ['stable', 300_000, 30_000],
    ['plain', 300_000, 300_000],
  ] as const)('%s: metadata of at most %s ms is %s', async (mode, metadataMaxAge, expected) => {
    const given = metadataMaxAge === undefined ? {} : { metadataMaxAge };
    const run = await kafkajsRun(made(mode), records, given);
    expect(run.config()).toMatchObject({ metadataMaxAge: expected });
  });

  test.each([
    [{ topics: [] }, '`topics` must list the topics by name'],
    [{ topics: [/payments/ as unknown as string] }, '`topics` must list the topics by name'],
    [{ topics: 'payments' as unknown as string[] }, '`topics` must list the topics by name'],
    [{ groupId: '' }, '`groupId` must be the group id of the base'],
  ])('refuses %j', async (config, message) => {
    await expect(kafkajsRun(made('env'), records, config)).rejects.toThrow(message);
  });

  test('cannot be subscribed again', async () => {
    const { consumer } = await kafkajsRun(made('env'), records);
    expect(consumer).not.toHaveProperty('subscribe');
  });

  test('is assigned when it has joined', async () => {
    const routing = made('env');
    const { consumer } = await kafkajsRun(routing, records);
    expect(routing.assigned()).toBe(0);
    await consumer.run({ eachMessage: async () => {} });
    expect(routing.assigned()).toBe(1);
  });

  test.each(['connect', 'subscribe'])('one whose %s fails is given up', async (step) => {
    const routing = made('env');
    let disconnects = 0;
    const created = kafkajsRun(routing, records, undefined, {
      [step]: () => Promise.reject(new Error('no connection')),
      disconnect: async () => {
        disconnects += 1;
        throw new Error('not connected');
      },
    });
    await expect(created).rejects.toThrow('no connection');
    expect([routing.abandoned(), disconnects]).toEqual([1, 1]);
  });

  test('one that kafkajs refuses to make is given up', async () => {
    const routing = made('env');
    const kafka = {
      consumer: () => {
        throw new Error('retries must be a number');
      },
    } as unknown as Kafka;
    const created = routedConsumer(routing, kafka, { groupId: 'orders', topics: ['payments'] });
    await expect(created).rejects.toThrow('retries must be a number');
    expect(routing.abandoned()).toBe(1);
  });

  test('one that is disconnected is given up', async () => {
    const routing = made('env');
    const { consumer } = await kafkajsRun(routing, records);
    expect(routing.abandoned()).toBe(0);
    await consumer.disconnect();
    expect(routing.abandoned()).toBe(1);
  });

  test('does not run before it may consume, and not if it was stopped meanwhile', async () => {
    const routing = made('stable');
    const may = Promise.withResolvers<void>();
    const { consumer } = await kafkajsRun({ ...routing, mayConsume: () => may.promise }, records);
    const running = consumer.run({ eachMessage: async () => {} });
    expect(routing.assigned()).toBe(0);
    await consumer.stop();
    may.resolve();
    await running;
    expect(routing.assigned()).toBe(0);
  });

  test('handles its messages in the context of their headers, whatever the context of its start is', async () => {
    const { consumer, readToEnd, committed } = await kafkajsRun(made('stable'), records);
    const seen: [string, object][] = [];
    await runInContext({ 'x-source-route': 'of a request' }, async () => {
      await consumer.run({
        eachMessage: async ({ message }) => void seen.push([message.offset, currentHeaders()]),
      });
      expect(await readToEnd(10)).toBe(true);
    });
    expect(seen).toEqual([
      ['0', {}],
      ['2', { 'x-source-route': 'mp-102' }],
      ['5', {}],
    ]);
    expect(committed()).toBe(7);
  });

  test('a batch has the messages to be handled, and kafkajs’ methods', async () => {
    const { consumer, readToEnd, committed } = await kafkajsRun(made('env'), records);
    const seen: unknown[] = [];
    await consumer.run({
      eachBatch: async ({ batch }) => {
        seen.push([
          batch.messages.map(({ offset }) => offset),
          batch.firstOffset(),
          batch.lastOffset(),
        ]);
        expect([batch.topic, batch.partition, batch.isEmpty(), batch.offsetLag()]).toEqual([
          'payments',
          0,
          false,
          '0',
        ]);
        expect(currentHeaders()).toEqual({});
      },
    });
    expect(await readToEnd(10)).toBe(true);
    expect(seen).toEqual([[['1', '4'], '0', '6']]);
    expect(committed()).toBe(7);
  });

  test.each(['plain', 'env'] as const)('%s: a batch has kafkajs’ properties', async (mode) => {
    const { consumer, readToEnd } = await kafkajsRun(made(mode), records);
    const seen: unknown[] = [];
    await consumer.run({
      eachBatch: async ({ batch }) => {
        const { messages, ...rest } = batch;
        seen.push([
          messages.length,
          Object.keys(rest).sort(),
          JSON.parse(JSON.stringify(batch)).topic,
        ]);
      },
    });
    expect(await readToEnd(10)).toBe(true);
    const keys = [
      'fetchedOffset',
      'highWatermark',
      'messagesWithinOffset',
      'partition',
      'rawMessages',
      'topic',
    ];
    expect(seen).toEqual([[mode === 'plain' ? 5 : 2, keys, 'payments']]);
  });

  test('a batch that failed and is then skipped is committed', async () => {
    const routing = made('stable');
    let isLive = false;
    const decide: typeof routing.decide = () =>
      isLive
        ? { action: 'skip', why: 'ref has a live consumer' }
        : { action: 'handle', why: 'no ref' };
    const run = await kafkajsRun({ ...routing, decide }, [
      { offset: 0 },
      { offset: 1 },
      { offset: 2 },
    ]);
    await run.consumer.run({
      autoCommit: false,
      eachBatch: async () => {
        isLive = true;
        throw new Error('fails once');
      },
    });
    expect(await run.readToEnd(10)).toBe(true);
    expect(run.committed()).toBe(3);
  });

  test('a batch without messages for it is skipped', async () => {
    const { consumer, readToEnd, committed } = await kafkajsRun(made('env'), [
      { offset: 0 },
      { offset: 1 },
    ]);
    let calls = 0;
    await consumer.run({
      eachBatchAutoResolve: false,
      eachBatch: async () => {
        calls += 1;
      },
    });
    expect(await readToEnd(10)).toBe(true);
    expect([calls, committed()]).toEqual([0, 2]);
  });

  test('one that resolves by itself resolves skipped messages with its own', async () => {
    const { consumer, readToEnd } = await kafkajsRun(made('env'), records);
    const seen: string[] = [];
    const handle = async (message: KafkaMessage) => void seen.push(message.offset);
    await consumer.run({
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, resolveOffset }: EachBatchPayload) => {
        for (const message of batch.messages) {
          await handle(message);
          resolveOffset(message.offset);
        }
      },
    });
    expect(await readToEnd(10)).toBe(true);
    expect(seen).toEqual(['1', '4']);
  });

  test('one that stops in the middle gets the rest again', async () => {
    const { consumer, readToEnd, committed } = await kafkajsRun(made('env'), records);
    const seen: string[] = [];
    await consumer.run({
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, resolveOffset }) => {
        const [first] = batch.messages;
        seen.push(first?.offset ?? '');
        resolveOffset(first?.offset ?? '');
      },
    });
    expect(await readToEnd(10)).toBe(true);
    expect([seen, committed()]).toEqual([['1', '4'], 7]);
  });

  test.each(['env', 'plain'] as const)(
    '%s: without auto-commit, messages that are not committed stay so',
    async (mode) => {
      const { consumer, readToEnd, committed } = await kafkajsRun(made(mode), records);
      await consumer.run({ autoCommit: false, eachMessage: async () => {} });
      expect(await readToEnd(2)).toBe(true);
      // An env's consumer skipped the message before the first one that is its own.
      expect(committed()).toBeLessThanOrEqual(1);
    },
  );
});
