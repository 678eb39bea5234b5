import type { Routing } from '../../../clients/typescript/src/routing/types.ts';
import type { AdapterName, ConsumerSettings } from './consumer-settings.ts';

type Handle = (id: string) => Promise<void>;
/** Consumes until the result is called. `ended`: consumption has ended with an error. */
type Consume = (
  routing: Routing,
  settings: ConsumerSettings,
  handle: Handle,
  ended: (error: Error) => void,
) => Promise<() => Promise<void>>;

/** Libraries are loaded where they are used: a process needs one of them. Short times, so that a member that is gone is noticed within a test. */
const CLASSIC = { sessionTimeout: 6000, rebalanceTimeout: 10_000, heartbeatInterval: 1000 };
const CONSUMER = { groupProtocol: 'consumer' as const };

export const consumeWith: Record<AdapterName, Consume> = {
  kafkajs,
  'platformatic classic': (...all) => platformatic(CLASSIC, ...all),
  'platformatic consumer': (...all) => platformatic(CONSUMER, ...all),
};

async function platformatic(
  protocol: typeof CLASSIC | typeof CONSUMER,
  ...[routing, { broker, group, topics, user }, handle, ended]: Parameters<Consume>
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
  stream.handle((message) => handle(message.value)).catch(ended);
  return () => consumer.close();
}

async function kafkajs(
  ...[routing, { broker, group, topics, user }, handle, ended]: Parameters<Consume>
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
    rebalanceTimeout: 10_000,
    maxWaitTimeInMs: 500,
    metadataMaxAge: 5000,
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) ended(payload.error);
  });
  await consumer.run({
    eachMessage: async ({ message }) => handle(message.value?.toString() ?? ''),
  });
  return () => consumer.disconnect();
}
