import type { Kafka } from 'kafkajs';
import type { MessageHeaders } from '../decision/types.ts';
import { startRouting } from '../routing/routing.ts';
import type { EventRoutingOptions, Routing } from '../routing/types.ts';
import { type RoutedConsumer, type RoutedConsumerConfig, routedConsumer } from './consumer.ts';

export { currentHeaders } from '../context/store.ts';
export type { EventRoutingOptions, Mode } from '../routing/types.ts';
export type { RoutedConsumer, RoutedConsumerConfig, RoutedRunConfig } from './consumer.ts';

/** Event routing for kafkajs. */
export interface EventRouting extends Pick<Routing, 'mode' | 'stamp' | 'runWithHeaders' | 'close'> {
  /** A consumer that is connected and subscribed, and whose group is forked. Call `run` next. */
  consumer(kafka: Kafka, config: RoutedConsumerConfig): Promise<RoutedConsumer>;
  /** For `eachBatch`: handles one message with its route headers as context. */
  runWithMessage<T>(message: { headers?: MessageHeaders }, handler: () => T): T;
}

/** Reads the environment variables and starts event routing: once in a process. Rejects if variables are wrong. */
export async function eventRouting(options?: EventRoutingOptions): Promise<EventRouting> {
  const routing = await startRouting(options);
  const { mode, stamp, runWithHeaders, runWithMessage, close } = routing;
  return {
    mode,
    stamp,
    runWithHeaders,
    close,
    consumer: (kafka, config) => routedConsumer(routing, kafka, config),
    runWithMessage: ({ headers }, handler) => runWithMessage(headers, handler),
  };
}
