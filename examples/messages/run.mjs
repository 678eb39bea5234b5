// The story of this example on one machine, without a cluster: a real Kafka, the real feed, and the three services as processes. Played
// by this script: the phases (in the order of docs/messages.md), the pods with their probe and preStop hook, and the proxy before payment-service.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import { pick } from '../../src/refs/pick.ts';
import { refSettings } from '../../src/refs/settings.ts';
import { startApiServer } from '../../test/kafka/lib/api-server.ts';
import { startBroker } from '../../test/kafka/lib/broker.ts';
import { startFeed } from '../../test/kafka/lib/feeds.ts';
import { NoKafka } from '../../test/kafka/lib/jars.ts';
import { startPod } from '../../test/kafka/lib/pod.ts';
import { freePorts } from '../../test/kafka/lib/ports.ts';
import { buildPrograms } from '../../test/kafka/lib/programs.ts';

const REF = 'mp-101';
const MARKED = { 'x-source-route': REF };
const SETTLE_MS = 5000;
/** The lease, and 5 s more. */
const LEAVING_MS = 35_000;

const ends = [];
const say = (line) => process.stderr.write(`${line}\n`);

try {
  await tell();
} catch (error) {
  say(error instanceof NoKafka ? `Kafka cannot run here: ${error.message}` : `not true: ${error.stack}`);
  process.exitCode = 1;
} finally {
  for (const end of ends.reverse()) await end();
}

async function tell() {
  await buildPrograms();
  const folder = await mkdtemp(join(tmpdir(), 'messages-example-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const broker = await startBroker(say);
  ends.push(broker.stop);
  say(`Kafka ${broker.version} runs at ${broker.address}`);
  await createTopic(broker.address);
  const [webPort, payPort, branchPayPort, feedPort, orderPort, branchOrderPort, probePort] = await freePorts(7);
  const api = await startApiServer();
  const feed = await startFeed(api.url, feedPort, folder);
  ends.push(api.close, feed.end);
  await feed.ready();
  const proxy = await startProxy('payment-service', payPort);
  const web = `http://127.0.0.1:${webPort}`;
  const common = { KAFKA: broker.address, WEB_URL: web, PAYMENT_URL: proxy.url };
  const optIn = { DYNAMICENV_WORKLOAD: 'shop/order-service', DYNAMICENV_FEED: `http://127.0.0.1:${feedPort}` };
  const pod = (name, program, port, env = {}, probe = {}) => {
    const file = fileURLToPath(new URL(`services/${program}.mjs`, import.meta.url));
    const options = { name, file, folder, drainSeconds: 20, ...probe };
    const started = startPod({ ...options, env: { ...common, PORT: `${port}`, ...env } });
    ends.push(async () => started.crashForGood());
    return started;
  };

  say('\nThe shared versions');
  pod('web', 'web', webPort);
  pod('payment-service', 'payment-service', payPort);
  pod('order-service', 'order-service', orderPort, optIn);
  await expectOrder('one', {}, 'shared', 'shared', web);

  say(`\nDynamicEnv ${REF}: its Subscriber is Joining, and its pods start`);
  const subscriber = { workload: 'shop/order-service', services: ['order-service'], ref: REF, incarnation: '0123456789' };
  api.apply(REF, { ...subscriber, phase: 'Joining' });
  const branch = { VERSION: REF };
  const branchPay = pod(`payment-service-${REF}`, 'payment-service', branchPayPort, branch);
  const branchOrder = pod(`order-service-${REF}`, 'order-service', branchOrderPort, { ...optIn, ...branch, ...variablesOf(subscriber, probePort) }, { port: probePort });
  await branchOrder.started();
  say('/started answers 200: every partition of every topic is forked and assigned');
  await sleep(SETTLE_MS);
  api.apply(REF, { ...subscriber, phase: 'Live' });
  proxy.setVersion(REF, branchPayPort);
  await sleep(1000);
  say('Live');
  await expectOrder('two', MARKED, REF, REF, web);
  await expectOrder('three', {}, 'shared', 'shared', web);
  await expectOrder('four', { 'x-source-route': 'mp-1012' }, 'shared', 'shared', web);
  await expectOrder('five', { 'x-service-route': `order-service:${REF}` }, 'shared', REF, web);

  say(`\nDynamicEnv ${REF} is deleted: Leaving. For ${LEAVING_MS / 1000} s its pods handle what shared versions still leave to them`);
  proxy.setVersion(REF, undefined);
  api.apply(REF, { ...subscriber, phase: 'Leaving' });
  await expectOrder('six', MARKED, 'shared', undefined, web);
  await sleep(LEAVING_MS);
  say(`preStop of order-service-${REF} says: ${await branchOrder.remove()}`);
  await branchPay.remove();
  api.remove(REF);
  await expectOrder('seven', MARKED, 'shared', 'shared', web);
  say('\nEvery payment was ordered by the version it was for.');
}

async function createTopic(address) {
  const admin = new Kafka({ clientId: 'example', brokers: [address], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'payments', numPartitions: 3 }], waitForLeaders: true });
  await admin.disconnect();
}

/** As the clone has them. */
function variablesOf({ ref, services, incarnation }, port) {
  return {
    DYNAMICENV_REF: ref,
    DYNAMICENV_INCARNATION: incarnation,
    DYNAMICENV_SERVICES: services.join(','),
    DYNAMICENV_PORT: `${port}`,
    DYNAMICENV_DRAIN_SECONDS: '20',
  };
}

/** Pays, and waits until web was told of the order. `orderedBy` undefined: either version may have ordered it. */
async function expectOrder(payment, headers, paidBy, orderedBy, web) {
  const text = Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join();
  await retried(() => fetch(`${web}/pay/${payment}`, { method: 'POST', headers }).then((answer) => answer.ok), 'web answers');
  const find = async () => (await (await fetch(web)).json()).filter((one) => one.payment === payment);
  await retried(async () => (await find()).length > 0, `payment ${payment} is ordered`);
  const [order, ...others] = await find();
  const isAsExpected = order.paidBy === paidBy && (orderedBy === undefined || order.orderedBy === orderedBy);
  if (!isAsExpected) throw new Error(`payment ${payment} is for ${paidBy} and ${orderedBy}: ${JSON.stringify(order)}`);
  if (order.route !== (headers['x-source-route'] ?? '')) throw new Error(`the route came back: ${JSON.stringify(order)}`);
  const twice = others.length === 0 ? '' : `, and again by ${others.map((one) => one.orderedBy).join()}`;
  say(`  payment ${payment.padEnd(5)} ${text.padEnd(38)} → payment-service ${order.paidBy.padEnd(6)} → topic → order-service ${order.orderedBy}${twice}`);
}

async function retried(isTrue, what) {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(200)) {
    if (await isTrue().catch(() => false)) return;
  }
  throw new Error(`${what} within 60 s`);
}

/** Plays web's sidecar: the ref of a request for the service decides where it goes. */
async function startProxy(service, sharedPort) {
  const versions = new Map();
  const server = createServer(async (request, response) => {
    const ref = pick(service, Object.entries(request.headers), refSettings({}), 'joined');
    const { method, url, headers } = request;
    const route = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-')));
    const target = `http://127.0.0.1:${versions.get(ref) ?? sharedPort}${url}`;
    const answer = await fetch(target, { method, headers: route }).catch(() => undefined);
    response.writeHead(answer?.status ?? 502).end(await answer?.text());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => void server.close());
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    setVersion: (ref, port) => (port === undefined ? versions.delete(ref) : versions.set(ref, port)),
  };
}
