import type { Routing } from '../../../clients/typescript/src/routing/types.ts';
import type { AdapterName, ConsumerSettings } from './consumer-settings.ts';

type Handle = (id: string) => Promise<void>;
export interface ConsumptionEvents {
  /** Consumption has ended with an error. */
  ended(error: Error): void;
  /** The group's members or partitions change: what is not committed yet may come again. */
  rebalanced(): void;
}
/** Consumes until the result is called. */
type Consume = (
  routing: Routing,
  settings: ConsumerSettings,
  handle: Handle,
  events: ConsumptionEvents,
) => Promise<() => Promise<void>>;

/** Libraries are loaded where they are used: a process needs one of them. Short times, so that a member that is gone is noticed within a test. */
const CLASSIC = { sessionTimeout: 10_000, rebalanceTimeout: 15_000, heartbeatInterval: 1000 };
const CONSUMER = { groupProtocol: 'consumer' as const };

export const consumeWith: Record<AdapterName, Consume> = {
  kafkajs,
  'platformatic classic': (...all) => platformatic(CLASSIC, ...all),
  'platformatic consumer': (...all) => platformatic(CONSUMER, ...all),
};

const REBALANCES = ['consumer:group:join', 'consumer:group:rebalance'] as const;

async function platformatic(
  protocol: typeof CLASSIC | typeof CONSUMER,
  ...[routing, { broker, group, topics, user }, handle, { ended, rebalanced }]: Parameters<Consume>
): Promise<() => Promise<void>> {
  const { stringDeserializers } = await import('@platformatic/kafka');
  const { eventConsumer } = await import(
    '../../../clients/typescript/src/platformatic/consumer.ts'
  );
  const consumer = eventConsumer(routing, {
    ...protocol,
    groupId: group,
    clientId: 'order-service',
    bootstrapBrokers: [broker],
    maxWaitTime: 500,
    deserializers: stringDeserializers,
    ...(user && { sasl: { mechanism: 'PLAIN', username: user, password: user } }),
  });
  const stream = await consumer.consume({ topics });
  for (const event of REBALANCES) consumer.consumer?.on(event, rebalanced);
  stream.handle((message) => handle(message.value)).catch(ended);
  return () => consumer.close();
}

async function kafkajs(
  ...[routing, { broker, group, topics, user }, handle, { ended, rebalanced }]: Parameters<Consume>
): Promise<() => Promise<void>> {
  const { Kafka, logLevel } = await import('kafkajs');
  const { routedConsumer } = await import('../../../clients/typescript/src/kafkajs/consumer.ts');
  const kafka = new Kafka({
    clientId: 'order-service',
    brokers: [broker],
    logLevel: logLevel.ERROR,
    ...(user && { sasl: { mechanism: 'plain', username: user, password: user } }),
  });
  const [first = '', ...others] = topics;
  const consumer = await routedConsumer(routing, kafka, {
    ...CLASSIC,
    groupId: group,
    topics: [first, ...others],
    maxWaitTimeInMs: 500,
    metadataMaxAge: 5000,
  });
  consumer.on(consumer.events.GROUP_JOIN, rebalanced);
  consumer.on(consumer.events.REBALANCING, rebalanced);
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) ended(payload.error);
  });
  await consumer.run({
    eachMessage: async ({ message }) => handle(message.value?.toString() ?? ''),
  });
  return () => consumer.disconnect();
}
