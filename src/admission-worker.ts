/** The thread of the encrypted door. It opens the door, reports that, and answers the main thread's messages until one says to close. */
import type { Server } from 'node:https';
import { parentPort, workerData } from 'node:worker_threads';
import type { FastifyInstance } from 'fastify';
import type { AdmissionDoorOptions, Order, Report } from './admission-door.ts';
import { kindsOn, loadAdmission } from './hooks/kind.ts';
import { buildAdmissionApp } from './http/admission-app.ts';
import { createLog } from './http/log.ts';
import { createMetrics } from './http/metrics.ts';
import { readTls, watchTls } from './http/tls.ts';
import { type DecisionConfig, KINDS } from './kinds/kinds.ts';

const { config, kinds, host, port, files, logLevel } = workerData as AdmissionDoorOptions;
const log = createLog(logLevel);
const metrics = createMetrics();
const hooks = await loadAdmission<DecisionConfig>(kindsOn(KINDS, kinds));

function report(message: Report): void {
  parentPort?.postMessage(message);
}

async function encryptedApp(): Promise<FastifyInstance> {
  const https = await readTls(files);
  const app = buildAdmissionApp({ hooks, service: { config, metrics, log }, logger: log, https });
  const unwatch = watchTls(files, app.server as unknown as Server, (error) => {
    if (error === undefined) log.info('certificate reloaded');
    else log.error(error, 'the new certificate cannot be used; the old one stays');
  });
  app.addHook('onClose', async () => unwatch());
  return app;
}

async function follow(order: Order, app: FastifyInstance): Promise<void> {
  if (order === 'metrics') {
    report({ metrics: await metrics.registry.getMetricsAsJSON() });
    return;
  }
  await app.close();
  parentPort?.close();
}

/** Undefined after a failure, which is reported: address and certificate are the user's settings. */
async function open(): Promise<FastifyInstance | undefined> {
  const flags = '--tls-cert-file, --tls-key-file';
  const failed = (what: string) => (error: Error) =>
    report({ failed: `${what}: ${error.message}` });
  const app = await encryptedApp().catch(failed(flags));
  if (!app) return undefined;
  const listening = await app
    .listen({ host, port })
    .catch(failed(`--host ${host}, --tls-port ${port}`));
  if (listening) return app;
  await app.close();
  return undefined;
}

const app = await open();
if (app) {
  parentPort?.on('message', (order: Order) => void follow(order, app));
  report('open');
}
