import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  Producer,
  ResourcePatternTypes,
  ResourceTypes,
  stringSerializers,
} from '@platformatic/kafka';
import { freshTopic, type Names } from './lib/fresh-topic.ts';
import { type EnvConsumer, envConsumer } from './lib/in-process.ts';

const BROKER = process.env['KAFKA_BROKER'] ?? '';
const SASL_BROKER = process.env['KAFKA_SASL_BROKER'] ?? '';
const USER = 'orders';

let admin: Admin;
let producer: Producer<string, string, string, string>;
let open: EnvConsumer[] = [];

beforeAll(async () => {
  const common = { clientId: 'test', bootstrapBrokers: [BROKER] };
  admin = new Admin(common);
  producer = new Producer({ ...common, serializers: stringSerializers });
  // The first question makes the broker load its groups, and kafkajs does not wait for that.
  await admin.listConsumerGroupOffsets({ groups: ['nobody'] });
  await sleep(2000);
});
afterEach(async () => {
  await Promise.all(open.map((consumer) => consumer.close()));
  open = [];
});
afterAll(async () => {
  await admin.close();
  await producer.close();
});

async function until(is: () => boolean | Promise<boolean>, ms = 20_000): Promise<boolean> {
  for (const before = Date.now() + ms; Date.now() < before; await sleep(100)) {
    if (await is()) return true;
  }
  return false;
}

const send = (topic: string, id: string) =>
  producer.send({
    messages: [{ topic, key: id, value: id, headers: { 'x-source-route': 'mp-101' } }],
  });

describe.each(['kafkajs', 'platformatic classic', 'platformatic consumer'] as const)(
  '%s',
  (adapter) => {
    const start = async (names: Names, more: { broker?: string; user?: string } = {}) => {
      const { group, topic } = names;
      const consumer = await envConsumer(adapter, {
        broker: BROKER,
        group,
        topics: [topic],
        ...more,
      });
      open.push(consumer);
      return consumer;
    };
    const messageOf = (consumer: EnvConsumer) =>
      consumer.consuming.then(
        () => 'no error',
        (error: Error) => error.message,
      );

    test('a group of the base that does not exist: everything is handled', async () => {
      const names = await freshTopic(admin);
      await send(names.topic, 'before');
      const consumer = await start(names);
      await consumer.consuming;
      expect(await until(consumer.isStarted)).toBe(true);
      await send(names.topic, 'after');
      await until(() => consumer.handled.length >= 2);
      expect(new Set(consumer.handled)).toEqual(new Set(['before', 'after']));
    });

    test('a topic that does not exist: an error names it, and the env does not start', async () => {
      const names = { topic: 'nobody-created-this', group: 'orders-without-topic' };
      const consumer = await start(names);
      expect(await messageOf(consumer)).toMatch(
        /"nobody-created-this".*(does not exist|Unknown topic)/,
      );
      expect(await consumer.isStarted()).toBe(false);
      expect(await admin.listTopics()).not.toContain(names.topic);
    });

    test('a topic that is deleted: consumption ends or waits, and the process goes on', async () => {
      const names = await freshTopic(admin);
      const consumer = await start(names);
      await consumer.consuming;
      await until(consumer.isStarted);
      await admin.deleteTopics({ topics: [names.topic] });
      const ended = await Promise.race([consumer.ended, sleep(15_000).then(() => undefined)]);
      if (adapter !== 'kafkajs') expect(ended?.message).toContain(names.topic);
    });

    describe('rights', () => {
      const allow = (
        resourceType: number,
        resourceName: string,
        operation: number,
        isPrefix = false,
      ) =>
        admin.createAcls({
          creations: [
            {
              resourceType,
              resourceName,
              resourcePatternType: isPrefix
                ? ResourcePatternTypes.PREFIXED
                : ResourcePatternTypes.LITERAL,
              principal: `User:${USER}`,
              host: '*',
              operation,
              permissionType: AclPermissionTypes.ALLOW,
            } as never,
          ],
        });
      const sasl = { broker: SASL_BROKER, user: USER };
      /** What is said when it starts; rights that were given a moment ago may not count yet. */
      const said = async (names: Names, words: RegExp) => {
        let message = '';
        for (const before = Date.now() + 20_000; Date.now() < before; await sleep(500)) {
          const consumer = await start(names, sasl);
          message = await messageOf(consumer);
          expect(await consumer.isStarted()).toBe(false);
          if (words.test(message)) break;
        }
        return message;
      };

      test('missing on the topic: an error names it', async () => {
        const names = await freshTopic(admin);
        const words = new RegExp(`"${names.topic}".*(READ|DESCRIBE)`);
        expect(await said(names, words)).toMatch(words);
      });

      test('missing on the group of the base: an error names the group and the right', async () => {
        const names = await freshTopic(admin);
        await allow(ResourceTypes.TOPIC, names.topic, AclOperations.READ);
        await allow(ResourceTypes.GROUP, `${names.group}.`, AclOperations.READ, true);
        const words = new RegExp(`"${names.group}".*DESCRIBE`);
        expect(await said(names, words)).toMatch(words);
      });

      test('missing on the groups of envs: an error names the group and the right', async () => {
        const names = await freshTopic(admin);
        await allow(ResourceTypes.TOPIC, names.topic, AclOperations.READ);
        await allow(ResourceTypes.GROUP, names.group, AclOperations.DESCRIBE);
        const words = new RegExp(`"${names.group}\\.mp-101.*(READ|DESCRIBE)`);
        expect(await said(names, words)).toMatch(words);
      });

      test('those of the documentation are enough', async () => {
        const names = await freshTopic(admin);
        await allow(ResourceTypes.TOPIC, names.topic, AclOperations.READ);
        await allow(ResourceTypes.GROUP, names.group, AclOperations.DESCRIBE);
        await allow(ResourceTypes.GROUP, `${names.group}.`, AclOperations.READ, true);
        await sleep(3000);
        const consumer = await start(names, sasl);
        await consumer.consuming;
        expect(await until(consumer.isStarted)).toBe(true);
        await send(names.topic, 'one');
        expect(await until(() => consumer.handled.includes('one'))).toBe(true);
      });
    });
  },
);
