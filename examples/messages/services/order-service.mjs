// Handles the payments of its own version's requests, and tells web of each, as an HTTP call with the same route. GET lists them.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentHeaders, eventRouting } from '@dynamicenv/messages/kafkajs';
import { Kafka, logLevel } from 'kafkajs';

const { PORT = '8080', VERSION = 'shared', KAFKA = 'kafka.kafka:9092', WEB_URL = 'http://web' } = process.env;
const ordered = [];

// `groups`: all group ids of this process. The pod counts as started when all of them have their partitions.
const events = await eventRouting({ log: (text) => process.stdout.write(`${text}\n`), groups: ['orders'] });
const kafka = new Kafka({ clientId: 'order-service', brokers: KAFKA.split(','), logLevel: logLevel.ERROR });
const consumer = await events.consumer(kafka, { groupId: 'orders', topics: ['payments'] });

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = { ...JSON.parse(message.value.toString()), orderedBy: VERSION };
    await tellWeb(order);
    ordered.push(order.payment);
  },
});

const server = createServer((_, response) => response.end(JSON.stringify(ordered)));
server.listen(Number(PORT));

process.once('SIGTERM', async () => {
  server.close();
  await consumer.disconnect();
  await events.close();
});

/** A message is done when web knows of it: until then it is tried again. */
async function tellWeb(order) {
  const headers = { 'content-type': 'application/json', ...currentHeaders() };
  const request = { method: 'POST', headers, body: JSON.stringify(order) };
  for (;;) {
    const answer = await fetch(`${WEB_URL}/orders`, request).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(500);
  }
}
