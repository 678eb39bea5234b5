import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buildAdmissionApp } from '../../../src/http/admission-app.ts';
import { buildApp } from '../../../src/http/app.ts';
import { createMetrics } from '../../../src/http/metrics.ts';
import type { DecisionConfig } from '../../../src/kinds/kinds.ts';
import { selfSigned } from '../../http/lib/certificate.ts';
import { ADMISSION_HOOKS, HOOKS } from '../../support/hooks.ts';
import { createHookFaults, type HookFault } from './hook-faults.ts';

export interface HookService {
  /** URL of the hooks for Metacontroller, for example `http://127.0.0.1:8080`. */
  hooks: string;
  /** URL of the admission webhook for the API server, and the CA bundle (PEM) to verify its certificate. */
  admission: { url: string; ca: string };
  /** The first certificate of the webhook and its key (PEM), before any rotation. */
  tls: { cert: string; key: string };
  /** How many syncs of any kind it was asked for until now. */
  syncs(): number;
  /** Uses these settings from the next call on. */
  configure(config: DecisionConfig): Promise<void>;
  /**
   * Makes a hook fail. `hook` is a path, or `all` for all hooks except admission. Returns a function that ends the
   * fault; it also ends after `times` calls.
   */
  failHook(hook: string, fault: HookFault): () => void;
  /** Closes the admission port. Returns a function that opens it again. */
  loseWebhook(): Promise<() => Promise<void>>;
  /** Closes both ports, as if the service had been killed. Returns a function that opens them again. */
  kill(): Promise<() => Promise<void>>;
  /**
   * Gives the webhook another certificate: `pair`, or a newly created one. New connections fail for a client that
   * trusts only the old one. Returns the certificate (PEM).
   */
  rotateCertificate(pair?: { cert: string; key: string }): string;
  stop(): Promise<void>;
}

const silent = () => undefined;
const SILENCE = { debug: silent, info: silent, warn: silent, error: silent };

/**
 * Starts the service in this process, on two free ports of `address`. The ports stay the same when they are closed and
 * opened again.
 */
export async function startService(
  config: DecisionConfig,
  address = '127.0.0.1',
): Promise<HookService> {
  const faults = createHookFaults();
  let apps = await appsOf(config);
  let syncs = 0;
  const handle =
    (door: 'plain' | 'encrypted') => (request: IncomingMessage, response: ServerResponse) => {
      syncs += Number(request.url?.endsWith('/sync') === true);
      if (!faults.fail(request, response)) apps[door].routing(request, response);
    };
  const pair = selfSigned(address);
  const plain = await openDoor(createServer(handle('plain')), address);
  const encrypted = await openDoor(createTlsServer(pair, handle('encrypted')), address);
  const lost = (doors: readonly Door[]) => async () => {
    for (const door of doors) await door.shut();
    return async () => {
      for (const door of doors) await door.open();
    };
  };
  return {
    hooks: `http://${address}:${plain.port}`,
    admission: { url: `https://${address}:${encrypted.port}`, ca: pair.cert },
    tls: pair,
    syncs: () => syncs,
    configure: async (next) => {
      const former = apps;
      apps = await appsOf(next);
      await closeAll(former);
    },
    failHook: faults.add,
    loseWebhook: lost([encrypted]),
    kill: lost([plain, encrypted]),
    rotateCertificate: (next = selfSigned(address)) => {
      (encrypted.server as TlsServer).setSecureContext(next);
      return next.cert;
    },
    stop: async () => {
      await plain.shut();
      await encrypted.shut();
      await closeAll(apps);
    },
  };
}

/** The Fastify app of each port. Both write to the same metrics. */
async function appsOf(config: DecisionConfig) {
  const metrics = createMetrics();
  const service = { config, now: () => new Date(), metrics, log: SILENCE };
  const apps = {
    plain: buildApp({ hooks: HOOKS, service }),
    encrypted: buildAdmissionApp({ hooks: ADMISSION_HOOKS, service }),
  };
  await Promise.all([apps.plain.ready(), apps.encrypted.ready()]);
  return apps;
}

async function closeAll({ plain, encrypted }: Awaited<ReturnType<typeof appsOf>>): Promise<void> {
  await Promise.all([plain.close(), encrypted.close()]);
}

interface Door {
  server: Server | TlsServer;
  port: number;
  /** Closes all connections, and accepts no new ones. */
  shut(): Promise<void>;
  open(): Promise<void>;
}

async function openDoor(server: Server | TlsServer, address: string): Promise<Door> {
  let port = 0;
  const open = () =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, resolve);
    });
  await open();
  ({ port } = server.address() as AddressInfo);
  const shut = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { server, port, shut, open };
}
