import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Consumer, type MessagesStream, MultipleErrors, ProtocolError } from '@platformatic/kafka';
import { eventConsumer } from '../../src/platformatic/consumer.ts';
import { routing as made } from '../lib/fake-routing.ts';

type Close = () => Promise<void>;
type RawStream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;

afterEach(() => {
  jest.restoreAllMocks();
});

/** A consumer over the library's, whose requests to the broker are answered here; nothing is ever fetched. */
function start() {
  const routing = made('env');
  const stream = Object.assign(new EventEmitter(), {
    ...{ read: () => null, readableLength: 0, offsetsToFetch: new Map() },
    close: async () => {},
  });
  const consume = jest
    .spyOn(Consumer.prototype, 'consume')
    .mockImplementation((async () => stream as unknown as RawStream) as never);
  const leave = jest.fn<Close>(async () => {});
  jest.spyOn(Consumer.prototype, 'close').mockImplementation(leave as never);
  const consumer = eventConsumer(routing, {
    groupId: 'orders',
    clientId: 'orders',
    bootstrapBrokers: ['127.0.0.1:1'],
  });
  return { routing, consumer, consume, leave, topics: { topics: ['payments'] } };
}

describe('a consumer that is closed', () => {
  test('leaves the group', async () => {
    const { consumer, leave, topics } = start();
    await consumer.consume(topics);
    await consumer.close();
    await consumer.close();
    expect(leave).toHaveBeenCalledTimes(1);
  });

  test('while it joins: leaves the group when it has joined, and consumes nothing', async () => {
    const { routing, consumer, consume, leave, topics } = start();
    const { promise, resolve } = Promise.withResolvers<void>();
    const begin = consume.getMockImplementation() as () => Promise<RawStream>;
    consume.mockImplementation((() => promise.then(begin)) as never);
    const consuming = consumer.consume(topics);
    const refused = expect(consuming).rejects.toThrow('was closed before it consumed');
    while (consume.mock.calls.length === 0) await new Promise(setImmediate);
    const closing = consumer.close();
    expect(leave).not.toHaveBeenCalled();
    resolve();
    await closing;
    await refused;
    expect(leave).toHaveBeenCalledTimes(1);
    expect(routing.abandoned()).toBeGreaterThan(0);
  });

  test('before it joins: does not join', async () => {
    const { routing, consumer, consume, topics } = start();
    const consuming = consumer.consume(topics);
    await consumer.close();
    await expect(consuming).rejects.toThrow('was closed before it consumed');
    expect(consume).not.toHaveBeenCalled();
    expect(routing.abandoned()).toBeGreaterThan(0);
  });
});

test('one that cannot join is given up', async () => {
  const { routing, consumer, consume, topics } = start();
  consume.mockImplementation((() => Promise.reject(new Error('refused'))) as never);
  await expect(consumer.consume(topics)).rejects.toThrow('refused');
  expect(routing.abandoned()).toBe(1);
  await consumer.close();
});

describe('leaving that the broker refuses', () => {
  const refused = () =>
    new MultipleErrors('LeaveGroup failed.', [new ProtocolError('GROUP_AUTHORIZATION_FAILED')]);
  const words = /leave: the broker refuses group "orders\.mp-101\.1"/;

  // A rejection that nobody handles fails the test.
  test('of a stream that ends: is told, and the process goes on', async () => {
    const { routing, consumer, leave, topics } = start();
    leave.mockRejectedValue(refused());
    const stream = await consumer.consume(topics);
    stream.destroy();
    while (leave.mock.calls.length === 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(routing.said).toEqual([expect.stringMatching(words)]);
  });

  test('of one that the application closes: rejects, and is not told a second time', async () => {
    const { routing, consumer, leave, topics } = start();
    leave.mockRejectedValue(refused());
    const stream = await consumer.consume(topics);
    await expect(consumer.close()).rejects.toThrow(words);
    stream.destroy();
    await new Promise(setImmediate);
    expect(routing.said).toEqual([]);
  });
});
