/**
 * The service with both ports, as a separate process. Its arguments are decision flags. Its parent process sends it the
 * messages of `HookOrder`. In mode `table` it answers Metacontroller from a table. Admission calls are always decided.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { DECISION_FLAGS } from '../../src/config.ts';
import { readFlags } from '../../src/flags.ts';
import { buildApp } from '../../src/http/app.ts';
import { selfSigned } from '../../test/http/lib/certificate.ts';
import { createService, HOOKS } from '../lib/service.ts';
import { answerKey } from './answer-key.ts';
import { bytesOf, callsOf } from './hook-metrics.ts';
import type { Doors, HookFigures, HookOrder } from './hook-orders.ts';

const config = readFlags(DECISION_FLAGS, process.argv.slice(2), {});
const service = { ...(await createService()), config, now: () => new Date() };
const app = buildApp({ hooks: HOOKS, service });
await app.ready();

let mode: Exclude<HookOrder, 'figures'> = 'decide';
let table = { asked: 0, unknown: 0 };
let cpu = process.cpuUsage();
/** Answers by key. A placeholder replaces the parent's uid, because the next env with the same name has another uid. */
const answers = new Map<string, string>();
const UID = '<uid>';

async function answerByTable(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '';
  const body = await text(request);
  const { key, uid } = answerKey(url, JSON.parse(body));
  table.asked += 1;
  const known = mode === 'table' ? answers.get(key) : undefined;
  const answer = known?.replaceAll(UID, uid) ?? (await decide(url, body));
  if (known === undefined) {
    table.unknown += 1;
    answers.set(key, answer.replaceAll(uid, UID));
  }
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(answer);
}

async function decide(url: string, payload: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const { statusCode, body } = await app.inject({ method: 'POST', url, headers, payload });
  if (statusCode !== 200) throw new Error(`${url}: ${statusCode} ${body}`);
  return body;
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  if (mode === 'decide' || request.url?.startsWith('/admission')) app.routing(request, response);
  else {
    answerByTable(request, response).catch((error: Error) => {
      response.statusCode = 500;
      response.end(error.message);
    });
  }
}

async function figures(): Promise<HookFigures> {
  const { user, system } = process.cpuUsage(cpu);
  const metrics = await service.metrics.registry.getMetricsAsJSON();
  const seen = {
    cpu: (user + system) / 1e6,
    calls: callsOf(metrics),
    bytes: bytesOf(metrics),
    table,
  };
  service.metrics.registry.resetMetrics();
  table = { asked: 0, unknown: 0 };
  cpu = process.cpuUsage();
  return seen;
}

process.on('message', async (order: HookOrder) => {
  if (order === 'figures') process.send?.(await figures());
  else {
    mode = order;
    process.send?.('ready');
  }
});
process.on('disconnect', () => process.exit());

const { cert, key } = selfSigned('127.0.0.1');
const plain = createServer(handle);
const encrypted = createTlsServer({ cert, key }, handle);
const ports = [plain, encrypted].map(
  (server) =>
    new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    }),
);
const [hooks, admission] = await Promise.all(ports);
const doors: Doors = {
  hooks: `http://127.0.0.1:${hooks}`,
  admission: { url: `https://127.0.0.1:${admission}`, ca: cert },
};
process.send?.(doors);
