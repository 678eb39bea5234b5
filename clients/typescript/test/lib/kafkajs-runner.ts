import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import type { Consumer, Kafka } from 'kafkajs';
import {
  type RoutedConsumer,
  type RoutedConsumerConfig,
  routedConsumer,
} from '../../src/kafkajs/consumer.ts';
import type { Routing } from '../../src/routing/types.ts';

const require = createRequire(import.meta.url);
const Runner = require('kafkajs/src/consumer/runner');
const OffsetManager = require('kafkajs/src/consumer/offsetManager');
const Batch = require('kafkajs/src/consumer/batch');
const { events } = require('kafkajs/src/consumer/instrumentationEvents');

/** A record of the partition: a message for somebody, or the end of a transaction. */
export interface FakeRecord {
  offset: number;
  ref?: string;
  isControlRecord?: boolean;
}

const TOPIC = 'payments';
const SILENT = { info() {}, error() {}, debug() {}, warn() {}, namespace: () => SILENT };

export interface KafkajsRun {
  consumer: RoutedConsumer;
  /** Reads up to the end as kafkajs does, `batchSize` records at a time; false: it did not get there. */
  readToEnd(batchSize: number): Promise<boolean>;
  /** The group's committed offset; -1: none. */
  committed(): number;
  /** Called with each commit that reaches the broker. */
  onCommit(listener: (offset: number) => void): void;
  config(): unknown;
  subscribed(): unknown;
}

/**
 * A routed consumer on kafkajs' own runner, batches and offsets, with a partition in memory in place of a broker: what is committed when is
 * decided by kafkajs' code. `parts` replaces methods of kafkajs' consumer.
 */
export async function kafkajsRun(
  routing: Routing,
  records: readonly FakeRecord[],
  config: Partial<RoutedConsumerConfig> = {},
  parts: Partial<Consumer> = {},
): Promise<KafkajsRun> {
  const listeners = new Map<string, ((event: unknown) => void)[]>();
  const emitter = {
    emit: (type: string, payload: unknown) => {
      for (const listener of listeners.get(type) ?? []) listener({ type, payload });
    },
  };
  const commits: ((offset: number) => void)[] = [];
  let committed = -1;
  let given: unknown;
  let subscription: unknown;
  let runConfig: { autoCommit?: boolean } = {};
  let offsets = newOffsets();

  function newOffsets() {
    return new OffsetManager({
      cluster: {
        committedOffsets: () => ({}),
        fetchTopicsOffset: async () => [
          { topic: TOPIC, partitions: [{ partition: 0, offset: String(records[0]?.offset ?? 0) }] },
        ],
      },
      coordinator: {
        isConnected: () => true,
        offsetFetch: async () => ({
          responses: [{ topic: TOPIC, partitions: [{ partition: 0, offset: String(committed) }] }],
        }),
        offsetCommit: async ({ topics }: { topics: { partitions: { offset: string }[] }[] }) => {
          committed = Number(topics[0]?.partitions[0]?.offset);
          for (const listener of commits) listener(committed);
        },
      },
      memberAssignment: { [TOPIC]: [0] },
      autoCommit: runConfig.autoCommit !== false,
      autoCommitInterval: null,
      autoCommitThreshold: null,
      topicConfigurations: { [TOPIC]: { fromBeginning: true } },
      instrumentationEmitter: emitter,
      groupId: 'orders',
      generationId: 1,
      memberId: 'me',
    });
  }

  const fake = {
    events,
    connect: async () => {},
    subscribe: async (topics: unknown) => {
      subscription = topics;
    },
    on: (type: string, listener: (event: unknown) => void) => {
      listeners.set(type, [...(listeners.get(type) ?? []), listener]);
    },
    run: async (run: typeof runConfig) => {
      runConfig = run;
      offsets = newOffsets();
      emitter.emit(events.GROUP_JOIN, { memberAssignment: { [TOPIC]: [0] } });
    },
    commitOffsets: async (all: { topic: string; partition: number; offset: string }[]) => {
      await offsets.commitOffsets({
        topics: all.map(({ topic, ...rest }) => ({ topic, partitions: [rest] })),
      });
    },
    stop: async () => {},
    disconnect: async () => emitter.emit(events.DISCONNECT, null),
    ...parts,
  } as unknown as Consumer;
  const kafka = {
    consumer: (made: unknown) => {
      given = made;
      return fake;
    },
  } as unknown as Kafka;
  const consumer = await routedConsumer(routing, kafka, {
    groupId: 'orders',
    topics: [TOPIC],
    ...config,
  });

  async function readToEnd(batchSize: number): Promise<boolean> {
    const end = (records.at(-1)?.offset ?? -1) + 1;
    const runner = new Runner({
      ...runConfig,
      logger: SILENT,
      instrumentationEmitter: emitter,
      consumerGroup: {
        resolveOffset: (at: unknown) => offsets.resolveOffset(at),
        commitOffsets: (what: unknown) => offsets.commitOffsets(what),
        commitOffsetsIfNecessary: () => offsets.commitOffsetsIfNecessary(),
        uncommittedOffsets: () => offsets.uncommittedOffsets(),
        hasSeekOffset: () => false,
        isPaused: () => false,
        heartbeat: async () => {},
      },
    });
    runner.running = true;
    for (let fetches = 0; fetches < records.length * 3 + 3; fetches += 1) {
      await offsets.resolveOffsets();
      const from = Number(offsets.nextOffset(TOPIC, 0));
      if (from >= end) return true;
      const fetched = records.filter(({ offset }) => offset >= from).slice(0, batchSize);
      // A failed handler: kafkajs fetches again from where it was.
      await runner
        .handleBatch(new Batch(TOPIC, String(from), partitionData(fetched, end)))
        .catch(() => {});
      await turn();
    }
    return false;
  }

  return {
    consumer,
    readToEnd,
    committed: () => committed,
    onCommit: (listener) => commits.push(listener),
    config: () => given,
    subscribed: () => subscription,
  };
}

function partitionData(records: readonly FakeRecord[], end: number) {
  return {
    partition: 0,
    highWatermark: String(end),
    abortedTransactions: [],
    messages: records.map(({ offset, ref, isControlRecord = false }) => ({
      offset: String(offset),
      value: Buffer.from(String(offset)),
      headers: ref === undefined ? {} : { 'x-source-route': Buffer.from(ref) },
      isControlRecord,
      batchContext: { inTransaction: false },
    })),
  };
}
