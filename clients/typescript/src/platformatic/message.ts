import type { Deserializers, Message, MessageToConsume } from '@platformatic/kafka';
import type { MessageHeaders } from '../decision/types.ts';

/** A message as it was fetched: nothing is deserialised yet. */
export type RawMessage = Message<Buffer, Buffer, Buffer, Buffer>;

/** Headers as they were fetched: what the application's deserialisers make of them may be anything. */
const rawHeaders = new WeakMap<object, RawMessage['headerEntries']>();

/** Headers of a message of a stream of this module, or of any other one that has its headers as bytes or texts. */
export function headersOf(message: { headers?: MessageHeaders }): MessageHeaders {
  return rawHeaders.get(message) ?? message.headers;
}

/**
 * The message with the application's deserialisers applied, in the order of the library: headers, key, value. What a deserialiser
 * adds to `metadata` of its last argument is added to the message's. Throws what a deserialiser throws.
 */
export function deserialised<Key, Value, HeaderKey, HeaderValue>(
  raw: RawMessage,
  deserializers: Partial<Deserializers<Key, Value, HeaderKey, HeaderValue>>,
  commit: Message['commit'],
): Message<Key, Value, HeaderKey, HeaderValue> {
  const record = recordOf(raw);
  const of = <T>(buffer: Buffer | null, own: ((data?: Buffer) => T | undefined) | undefined) =>
    (own === undefined ? (buffer ?? undefined) : own(buffer ?? undefined)) as T;
  const { headerKey, headerValue, key, value } = deserializers;
  const headerEntries = raw.headerEntries.map(([name, content]): [HeaderKey, HeaderValue] => [
    of(name, headerKey && ((data) => headerKey(data, record))),
    of(content, headerValue && ((data) => headerValue(data, record))),
  ]);
  const headers = new Map(headerEntries);
  const message = {
    ...raw,
    headers,
    headerEntries,
    key: of(raw.key, key && ((data) => key(data, headers, record))),
    value: of(raw.value, value && ((data) => value(data, headers, record))),
    metadata: { ...raw.metadata, ...record.metadata },
    commit,
  } as Message<Key, Value, HeaderKey, HeaderValue>;
  rawHeaders.set(message, raw.headerEntries);
  return message;
}

/** What deserialisers get as their last argument. The fields of the record's encoding are not known any more. */
function recordOf({ topic, partition, key, value, headerEntries }: RawMessage): MessageToConsume {
  return {
    topic,
    partition,
    key,
    value,
    headers: headerEntries,
    length: 0,
    attributes: 0,
    timestampDelta: 0n,
    offsetDelta: 0,
  };
}
