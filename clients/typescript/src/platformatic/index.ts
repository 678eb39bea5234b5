import type { MessageHeaders } from '../decision/types.ts';
import { startRouting } from '../routing/routing.ts';
import type { EventRoutingOptions, Routing } from '../routing/types.ts';
import { eventConsumer } from './consumer.ts';
import { headersOf } from './message.ts';
import { withBytes } from './stamp-bytes.ts';
import type { EventConsumer, EventConsumerOptions } from './types.ts';

export { currentHeaders } from '../context/store.ts';
export type { EventRoutingOptions, Mode } from '../routing/types.ts';
export type {
  EventConsumeOptions,
  EventConsumer,
  EventConsumerOptions,
  EventStream,
} from './types.ts';

/** Event routing for @platformatic/kafka. */
export interface EventRouting extends Pick<Routing, 'mode' | 'stamp' | 'runWithHeaders' | 'close'> {
  /** As `stamp`, for producers without serialisers of headers, whose headers are bytes. */
  stampBytes: Routing['stamp'];
  /** A consumer of this service's share of the messages. Call `consume` next. */
  consumer<Key = Buffer, Value = Buffer, HeaderKey = Buffer, HeaderValue = Buffer>(
    options: EventConsumerOptions<Key, Value, HeaderKey, HeaderValue>,
  ): EventConsumer<Key, Value, HeaderKey, HeaderValue>;
  /** For `for await` and `data`: handles one message with its route headers as context. `handle` of a stream does it by itself. */
  runWithMessage<T>(message: { headers?: MessageHeaders }, handler: () => T): T;
}

/** Reads the environment variables and starts event routing: once in a process. Rejects if variables are wrong. */
export async function eventRouting(options?: EventRoutingOptions): Promise<EventRouting> {
  const routing = await startRouting(options);
  const { mode, stamp, runWithHeaders, runWithMessage, close } = routing;
  return {
    mode,
    stamp,
    stampBytes: (record, headers) => withBytes(record, stamp(record, headers)),
    runWithHeaders,
    close,
    consumer: (consumerOptions) => eventConsumer(routing, consumerOptions),
    runWithMessage: (message, handler) => runWithMessage(headersOf(message), handler),
  };
}
