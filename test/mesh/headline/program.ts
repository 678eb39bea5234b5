/**
 * Two services in one program, which use the library as applications do: payment-service answers requests and produces a message for
 * each; order-service consumes them, and calls order-allocation-service. Settings are JSON in the variable SERVICE.
 */
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { currentHeaders } from '../../../clients/typescript/src/index.ts';
import { startRouting } from '../../../clients/typescript/src/routing/routing.ts';
import { consumeWith } from '../../kafka/lib/consume-with.ts';
import type { ServiceSettings } from './settings.ts';

const settings = JSON.parse(process.env['SERVICE'] ?? '{}') as ServiceSettings;
const { IMAGE: image = '', POD_IP: address = '' } = process.env;
const say = (line: string) => process.stdout.write(`${new Date().toISOString()} ${line}\n`);
const routing = await startRouting({ log: say });
say(`${image}, ${routing.mode}, process ${process.pid}`);
const close = settings.role === 'payment' ? await takePayments() : await takeOrders();
process.on('SIGTERM', async () => {
  await close();
  await routing.close();
  process.exit(0);
});

/** Answers `/?order=ID`. Any other request is a probe. */
async function takePayments(): Promise<() => Promise<void>> {
  const { broker, topic } = settings;
  const producer = new Producer({
    clientId: 'payment-service',
    bootstrapBrokers: [broker],
    serializers: stringSerializers,
  });
  const pay = async ({ url }: IncomingMessage, response: ServerResponse) => {
    const order = new URL(url ?? '/', 'http://payment').searchParams.get('order');
    if (order !== null) {
      const value = JSON.stringify({ order, payment: image });
      await producer.send(routing.stamp({ messages: [{ topic, key: order, value }] }));
    }
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ image }));
  };
  const server = createServer((request, response) => {
    routing
      .runWithHeaders(request.headers, () => pay(request, response))
      .catch((error: Error) => response.writeHead(500).end(error.message));
  });
  server.listen(settings.port, address);
  return async () => {
    server.close();
    server.closeIdleConnections();
    await producer.close();
  };
}

async function takeOrders(): Promise<() => Promise<void>> {
  const { broker, topic, group } = settings;
  const consume = consumeWith['platformatic classic'];
  const options = { broker, group, topics: [topic], workMs: 0, handledFile: '' };
  return consume(routing, { ...options, adapter: 'platformatic classic' }, allocate, {
    ended: (error) => {
      say(`consumption ended: ${error.message}`);
      process.exit(1);
    },
    rebalanced: () => {},
  });
}

/** Through the sidecar, with the headers of the message. A message whose request fails is not acknowledged. */
function allocate(value: string): Promise<void> {
  const { order, payment } = JSON.parse(value) as { order: string; payment: string };
  const query = new URLSearchParams({ order, payment, by: image });
  const headers = { host: 'order-allocation-service.shop', ...currentHeaders() };
  const { sidecarPort: port } = settings;
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: `/?${query}`, headers }, (response) => {
      response.resume();
      if (response.statusCode === 200) response.on('end', resolve);
      else reject(new Error(`order-allocation-service: status ${response.statusCode}`));
    }).on('error', reject);
  });
}
