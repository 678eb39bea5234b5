import { stringDeserializers } from '@platformatic/kafka';
import { Kafka, logLevel } from 'kafkajs';
import { routedConsumer } from '../../../clients/typescript/src/kafkajs/consumer.ts';
import { eventConsumer } from '../../../clients/typescript/src/platformatic/consumer.ts';
import type { Routing } from '../../../clients/typescript/src/routing/types.ts';
import type { AdapterName, ConsumerSettings } from './consumer-settings.ts';

type Handle = (id: string) => Promise<void>;
/** Consumes until the result is called. */
type Consume = (
  routing: Routing,
  settings: ConsumerSettings,
  handle: Handle,
) => Promise<() => Promise<void>>;

/** Short times, so that a member that is gone is noticed within a test. */
const CLASSIC = { sessionTimeout: 6000, rebalanceTimeout: 10_000, heartbeatInterval: 1000 };
const CONSUMER = { groupProtocol: 'consumer' as const };

export const consumeWith: Record<AdapterName, Consume> = {
  kafkajs,
  'platformatic classic': (routing, settings, handle) =>
    platformatic(routing, settings, handle, CLASSIC),
  'platformatic consumer': (routing, settings, handle) =>
    platformatic(routing, settings, handle, CONSUMER),
};

async function platformatic(
  routing: Routing,
  { broker, group, topics, user }: ConsumerSettings,
  handle: Handle,
  protocol: typeof CLASSIC | typeof CONSUMER,
): Promise<() => Promise<void>> {
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
  void stream
    .handle((message) => handle(message.value))
    .catch((error: Error) => {
      process.stdout.write(`the stream ended: ${error.message}\n`);
      process.exit(1);
    });
  return () => consumer.close();
}

async function kafkajs(
  routing: Routing,
  { broker, group, topics, user }: ConsumerSettings,
  handle: Handle,
): Promise<() => Promise<void>> {
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
  await consumer.run({
    eachMessage: async ({ message }) => handle(message.value?.toString() ?? ''),
  });
  return () => consumer.disconnect();
}
