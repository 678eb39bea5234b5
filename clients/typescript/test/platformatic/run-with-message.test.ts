import { expect, test } from '@jest/globals';
import { stringDeserializers } from '@platformatic/kafka';
import { currentHeaders, eventRouting } from '../../src/platformatic/index.ts';
import { deserialised, type RawMessage } from '../../src/platformatic/message.ts';

const HEADER: [Buffer, Buffer] = [Buffer.from('x-source-route'), Buffer.from('mp-101')];
const CONTEXT = { 'x-source-route': 'mp-101' };

function fetchedMessage(...headerEntries: [Buffer, Buffer][]): RawMessage {
  const message: Partial<RawMessage> = {
    ...{ topic: 'payments', partition: 0, offset: 1n, key: Buffer.from('key'), metadata: {} },
    ...{ value: Buffer.from('value'), headers: new Map(headerEntries), headerEntries },
  };
  return message as RawMessage;
}

const start = () => eventRouting({ env: {}, log: () => {} });
const commit = () => undefined;

test.each<[string, object]>([
  ['bytes', {}],
  ['texts', stringDeserializers],
  ['what the application makes of them', { headerValue: () => ({ text: 'unknown' }) }],
])('a message runs in the context of its headers: %s', async (_, deserializers) => {
  const { runWithMessage } = await start();
  const message = deserialised(fetchedMessage(HEADER), deserializers, commit);
  expect(runWithMessage(message, currentHeaders)).toEqual(CONTEXT);
  // As it is after awaits, too.
  const later = async () => {
    await new Promise(setImmediate);
    return currentHeaders();
  };
  expect(await runWithMessage(message, later)).toEqual(CONTEXT);
  expect(currentHeaders()).toEqual({});
});

test('a message without headers runs in an empty context, whatever the one around it is', async () => {
  const { runWithMessage } = await start();
  const plain = deserialised(fetchedMessage(), stringDeserializers, commit);
  const inner = () => runWithMessage(plain, currentHeaders);
  expect(runWithMessage({ headers: CONTEXT }, inner)).toEqual({});
});

test('a message of another stream: its own headers', async () => {
  const { runWithMessage } = await start();
  expect(runWithMessage(fetchedMessage(HEADER), currentHeaders)).toEqual(CONTEXT);
  expect(runWithMessage({}, currentHeaders)).toEqual({});
});
