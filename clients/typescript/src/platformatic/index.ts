export { eventConsumer } from './consumer.ts';
export type {
  EventConsumeOptions,
  EventConsumer,
  EventConsumerOptions,
  EventStream,
} from './types.ts';
