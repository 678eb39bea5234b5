import { describe, expect, test } from '@jest/globals';
import { stringDeserializers } from '@platformatic/kafka';
import { acknowledged } from '../../src/platformatic/acknowledged.ts';
import { HELPERS } from '../../src/platformatic/helpers.ts';
import type { RawMessage } from '../../src/platformatic/message.ts';
import { routedStream, type StreamParts } from '../../src/platformatic/stream.ts';

const P = 'payments:0';
const bytes = (text: string) => Buffer.from(text);

function fetchedMessage(
  offset: bigint,
  value: string,
  headers: [string, string][] = [],
): RawMessage {
  const headerEntries = headers.map(([name, content]): [Buffer, Buffer] => [
    bytes(name),
    bytes(content),
  ]);
  const message: Partial<RawMessage> = {
    ...{ topic: 'payments', partition: 0, offset, timestamp: 0n, leaderEpoch: 0, metadata: {} },
    ...{ key: bytes('key'), value: bytes(value), headers: new Map(headerEntries), headerEntries },
  };
  return message as RawMessage;
}

/** A stream over these messages, which skips those with a header `x-source-route`. */
function streamOf(
  fetched: RawMessage[],
  parts: Partial<StreamParts<string, string, string, string>> = {},
) {
  const acks = acknowledged();
  const contexts: unknown[] = [];
  let flushes = 0;
  const routed = routedStream<string, string, string, string>({
    routing: {
      decide: (headers) => {
        const isRouted = [...(headers as [Buffer, Buffer][])].length > 0;
        return isRouted
          ? { action: 'skip', why: 'ref has a live consumer' }
          : { action: 'handle', why: 'no ref' };
      },
      runWithMessage: (headers, handler) => {
        contexts.push(headers);
        return handler();
      },
    },
    begin: acks.begin,
    deserializers: stringDeserializers,
    read: () => fetched.shift() ?? null,
    flush: async () => {
      flushes += 1;
    },
    destroyed: () => {},
    ...parts,
  });
  return { ...routed, acks, contexts, flushes: () => flushes };
}

const ROUTED: [string, string][] = [['x-source-route', 'mp-101']];
const soon = () => new Promise((resolve) => setImmediate(resolve));

describe('a stream', () => {
  test('acknowledges what it skips, and does not deserialise it', async () => {
    const seen: string[] = [];
    const value = (data?: Buffer) => {
      seen.push(String(data));
      return String(data);
    };
    const { stream, acks } = streamOf([fetchedMessage(1n, 'skipped', ROUTED)], {
      deserializers: { value },
    });
    stream.read(0);
    await soon();
    expect(seen).toEqual([]);
    expect(acks.committable(P)).toBe(2n);
  });

  test('hands out what is to be handled, deserialised', async () => {
    const { stream } = streamOf([fetchedMessage(1n, 'skipped', ROUTED), fetchedMessage(2n, 'own')]);
    for await (const { key, value, offset, topic } of stream) {
      expect({ key, value, offset, topic }).toEqual({
        key: 'key',
        value: 'own',
        offset: 2n,
        topic: 'payments',
      });
      break;
    }
  });

  test('a message counts as handled when the next one is taken', async () => {
    const { stream, acks } = streamOf([fetchedMessage(1n, 'one'), fetchedMessage(2n, 'two')]);
    const messages = stream[Symbol.asyncIterator]();
    await messages.next();
    expect(acks.committable(P)).toBe(1n);
    await messages.next();
    expect(acks.committable(P)).toBe(2n);
  });

  test('a message of a loop that was left is not acknowledged', async () => {
    const { stream, acks } = streamOf([fetchedMessage(1n, 'one')]);
    for await (const _ of stream) break;
    expect(acks.committable(P)).toBe(1n);
  });

  test.each(HELPERS)('%s would take messages that are not handled, so it is refused', (name) => {
    const { stream } = streamOf([fetchedMessage(0n, 'a')]);
    const helper = (stream as unknown as Record<string, () => void>)[name];
    expect(helper).toThrow(`\`${name}\` takes messages that it has not handled yet`);
  });

  test('the types do not have these helpers, either', () => {
    const { stream } = streamOf([]);
    // @ts-expect-error -- it is not in the type.
    expect(() => stream.map((message: unknown) => message)).toThrow('`map`');
  });

  test('messages that are handled at the same time are acknowledged one by one', async () => {
    const { stream, acks } = streamOf([fetchedMessage(0n, 'a'), fetchedMessage(1n, 'b')]);
    const messages: { commit(): unknown }[] = [];
    stream.on('data', (message) => void messages.push(message));
    await soon();
    await soon();
    expect(messages).toHaveLength(2);
    expect(acks.committable(P)).toBe(0n);
    await messages[1]?.commit();
    expect(acks.committable(P)).toBe(0n);
    await messages[0]?.commit();
    expect(acks.committable(P)).toBe(2n);
  });

  test('commit acknowledges a message and commits', async () => {
    const { stream, acks, flushes } = streamOf([fetchedMessage(1n, 'one')]);
    for await (const message of stream) {
      await message.commit();
      break;
    }
    expect([acks.committable(P), flushes()]).toEqual([2n, 1]);
  });

  test('commit calls back', async () => {
    const { stream } = streamOf([fetchedMessage(1n, 'one')]);
    for await (const message of stream) {
      await new Promise<void>((resolve) => void message.commit(() => resolve()));
      break;
    }
  });

  test('handle runs with the headers of the message as context, and acknowledges', async () => {
    const own = fetchedMessage(2n, 'own');
    const { stream, acks, contexts } = streamOf([own]);
    const handled = stream.handle(async ({ value }) => {
      expect(value).toBe('own');
      stream.push(null);
    });
    await handled;
    expect(contexts).toEqual([own.headerEntries]);
    expect(acks.committable(P)).toBe(3n);
  });

  test('handle rejects with the error of its handler, and the message is not acknowledged', async () => {
    const { stream, acks } = streamOf([fetchedMessage(2n, 'own')]);
    const failing = stream.handle(() => {
      throw new Error('no stock');
    });
    await expect(failing).rejects.toThrow('no stock');
    expect(acks.committable(P)).toBe(2n);
  });

  test('a message that cannot be deserialised ends the stream with an error', async () => {
    const value = () => {
      throw new Error('not JSON');
    };
    const { stream, acks } = streamOf([fetchedMessage(2n, '{')], { deserializers: { value } });
    await expect(stream.handle(() => {})).rejects.toThrow(
      'a message was not deserialised: not JSON',
    );
    expect(acks.committable(P)).toBe(2n);
  });

  test('goes on when more was fetched', async () => {
    const fetched: RawMessage[] = [];
    const { stream, more } = streamOf(fetched);
    const next = stream[Symbol.asyncIterator]().next();
    await soon();
    fetched.push(fetchedMessage(5n, 'late'));
    more();
    expect((await next).value?.value).toBe('late');
  });
});
