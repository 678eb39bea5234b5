import { setTimeout as sleep } from 'node:timers/promises';
import { Producer, stringSerializers } from '@platformatic/kafka';

/** A message of the test: `ref` is what it selects for the consuming service. */
export interface Sent {
  id: string;
  topic: string;
  ref: string | undefined;
  /** Before it was sent, and when the broker had it. */
  sentAt: number;
  ackedAt: number;
}

type Header = [name: string, value: string];
interface Kind {
  ref?: string;
  headers: Header[];
}

export interface Traffic {
  sent: readonly Sent[];
  /** From now on with this pause between two batches. */
  pace(everyMs: number): void;
  /** Ends it, and resolves when the last message is acknowledged. */
  stop(): Promise<void>;
}

export interface TrafficOptions {
  broker: string;
  /** Prefix of the ids. */
  name: string;
  service: string;
  topics: readonly string[];
  /** Topics that are written in transactions, of which every fifth is aborted. */
  transactional?: readonly string[];
  /** Topics into which messages without an id are written, too, which the broker compacts. */
  compacted?: readonly string[];
  refs: readonly string[];
  /** Between two batches of as many messages as there are kinds. */
  everyMs: number;
}

/** Messages without a ref, for each of the refs by both headers, for nobody's ref, and some that select none. */
function kindsOf(service: string, refs: readonly string[]): Kind[] {
  const named = refs.flatMap((ref): Kind[] => [
    { ref, headers: [['x-source-route', ref]] },
    { ref, headers: [['X-Service-Route', `web:other::${service}:${ref}`]] },
  ]);
  const [first = 'mp-1'] = refs;
  return [
    ...named,
    { headers: [] },
    { headers: [['user', 'alice']] },
    { headers: [['x-service-route', `web:${first}`]] },
    { ref: 'mp-404', headers: [['x-source-route', 'mp-404']] },
    { headers: [['x-source-route', `${first}2`]] },
  ];
}

/** Produces without a pause until it is stopped. */
export function startTraffic(options: TrafficOptions): Traffic {
  const { broker, name, service, topics, refs } = options;
  let { everyMs } = options;
  const common = { clientId: name, bootstrapBrokers: [broker], serializers: stringSerializers };
  const producer = new Producer(common);
  const writer = new Producer({ ...common, idempotent: true, transactionalId: `${name}-writer` });
  const sent: Sent[] = [];
  const kinds = kindsOf(service, refs);
  const { transactional = [], compacted = [] } = options;
  let isOver = false;
  let serial = 0;

  const batchFor = (topic: string) =>
    kinds.map(({ ref, headers }) => {
      serial += 1;
      const id = `${name}-${serial}`;
      const message = { topic, key: id, value: id, headers: Object.fromEntries(headers) };
      return { message, record: { id, topic, ref, sentAt: Date.now(), ackedAt: 0 } };
    });

  const noise = (topic: string) => ({
    topic,
    key: `noise-${serial % 3}`,
    value: 'noise',
    headers: {},
  });

  const sendTo = async (topic: string, isAborted: boolean) => {
    const batch = batchFor(topic);
    const messages = batch.map(({ message }) => message);
    if (compacted.includes(topic)) messages.push(noise(topic), noise(topic));
    if (!transactional.includes(topic)) await producer.send({ messages });
    else {
      const transaction = await writer.beginTransaction();
      await transaction.send({ messages });
      if (isAborted) return transaction.abort();
      await transaction.commit();
    }
    for (const { record } of batch) sent.push({ ...record, ackedAt: Date.now() });
    return undefined;
  };

  const run = (async () => {
    for (let round = 0; !isOver; round += 1) {
      const topic = topics[round % topics.length] ?? '';
      await sendTo(topic, round % 5 === 4);
      await sleep(everyMs);
    }
  })();

  return {
    sent,
    pace: (ms) => {
      everyMs = ms;
    },
    stop: async () => {
      isOver = true;
      await run;
      await producer.close();
      await writer.close();
    },
  };
}
