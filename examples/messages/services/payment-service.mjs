// Takes payments, and tells them to the topic `payments`. It only produces: to stamp messages needs no variables.
import { createServer } from 'node:http';
import { eventRouting } from '@dynamicenv/messages/kafkajs';
import { Kafka, logLevel } from 'kafkajs';

const { PORT = '8080', VERSION = 'shared', KAFKA = 'kafka.kafka:9092' } = process.env;

const events = await eventRouting({ log: () => {} });
const kafka = new Kafka({ clientId: 'payment-service', brokers: KAFKA.split(','), logLevel: logLevel.ERROR });
const producer = kafka.producer();
await producer.connect();

createServer((request, response) => {
  const payment = request.url?.split('/').at(-1);
  const value = JSON.stringify({ payment, paidBy: VERSION });
  // Whatever is sent within has the route headers of the request.
  events.runWithHeaders(request.headers, async () => {
    try {
      await producer.send(events.stamp({ topic: 'payments', messages: [{ key: payment, value }] }));
      response.end(`payment-service ${VERSION}\n`);
    } catch (error) {
      response.writeHead(503).end(`${error.message}\n`);
    }
  });
}).listen(Number(PORT));
