import { Readable } from 'node:stream';
import type { Deserializers, Message } from '@platformatic/kafka';
import type { Routing } from '../routing/types.ts';
import type { Acknowledged } from './acknowledged.ts';
import { keyOf } from './commits.ts';
import { refusedHelpers } from './helpers.ts';
import { deserialised, headersOf, type RawMessage } from './message.ts';
import type { EventStream } from './types.ts';

/** The library's `highWaterMark` is that of fetched messages. What is here is decided, and should be handled soon. */
const DECIDED = 16;

export interface StreamParts<Key, Value, HeaderKey, HeaderValue> {
  routing: Pick<Routing, 'decide' | 'runWithMessage'>;
  /** As in `Acknowledged`. */
  begin: Acknowledged['begin'];
  deserializers: Partial<Deserializers<Key, Value, HeaderKey, HeaderValue>>;
  /** The next fetched message; null: none now, and `more` will be called. */
  read(): RawMessage | null;
  /** Commits what is acknowledged. */
  flush(): Promise<void>;
  /** The application has destroyed the stream. */
  destroyed(): void;
}

export interface Routed<Key, Value, HeaderKey, HeaderValue> {
  stream: EventStream<Key, Value, HeaderKey, HeaderValue>;
  /** There are fetched messages again. */
  more(): void;
}

/** A stream of the messages that this process handles. What it skips is acknowledged before anything of it is deserialised. */
export function routedStream<Key, Value, HeaderKey, HeaderValue>(
  parts: StreamParts<Key, Value, HeaderKey, HeaderValue>,
): Routed<Key, Value, HeaderKey, HeaderValue> {
  type Own = Message<Key, Value, HeaderKey, HeaderValue>;
  const { routing } = parts;
  const handed = new WeakMap<object, () => void>();
  let isWanted = false;

  const next = (): Own | undefined => {
    for (let raw = parts.read(); raw !== null; raw = parts.read()) {
      const done = parts.begin(keyOf(raw.topic, raw.partition), raw.offset);
      if (routing.decide(raw.headerEntries).action === 'handle') return own(raw, done);
      done();
    }
    return undefined;
  };

  const own = (raw: RawMessage, done: () => void): Own => {
    const commit = committing(done, parts.flush);
    const message = deserialised(raw, parts.deserializers, commit);
    handed.set(message, done);
    return message;
  };

  const pull = () => {
    isWanted = true;
    try {
      const message = next();
      if (message === undefined) return;
      isWanted = false;
      stream.push(message);
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      stream.destroy(
        new Error(`a message was not deserialised: ${reason.message}`, { cause: error }),
      );
    }
  };

  const stream = new Readable({
    objectMode: true,
    highWaterMark: DECIDED,
    read: pull,
    destroy: (error, callback) => {
      parts.destroyed();
      callback(error);
    },
  });

  async function* acknowledging(): AsyncGenerator<Own, undefined> {
    for await (const message of Readable.prototype[Symbol.asyncIterator].call(stream)) {
      yield message;
      handed.get(message)?.();
    }
    return undefined;
  }

  const handle = async (handler: (message: Own) => unknown) => {
    for await (const message of acknowledging()) {
      await routing.runWithMessage(headersOf(message), () => handler(message));
    }
  };

  const routed = Object.assign(stream, {
    [Symbol.asyncIterator]: acknowledging,
    handle,
    ...refusedHelpers(),
  });
  return {
    stream: routed as EventStream<Key, Value, HeaderKey, HeaderValue>,
    more: () => {
      if (isWanted && !stream.destroyed) pull();
    },
  };
}

/** `commit` of a message, with a callback or a promise as in the library. */
function committing(done: () => void, flush: () => Promise<void>): Message['commit'] {
  return (callback) => {
    done();
    const committed = flush();
    if (callback !== undefined) void committed.then(() => callback());
    return callback === undefined ? committed : undefined;
  };
}
