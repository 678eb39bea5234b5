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
  /** Where Metacontroller finds the hooks, `http://127.0.0.1:8080`. */
  hooks: string;
  /** Where the API server finds the admission webhook, and the certificate to check it by. */
  admission: { url: string; ca: string };
  /** The certificate and key that it began with (PEM). */
  tls: { cert: string; key: string };
  /** Decides by these flags from the next call on. */
  configure(config: DecisionConfig): Promise<void>;
  /** The hook (a path, or `all` but admission) fails until the fault is lifted, or `times` calls. */
  failHook(hook: string, fault: HookFault): () => void;
  /** The door that the API server knocks at is shut; answers how to open it again. */
  loseWebhook(): Promise<() => Promise<void>>;
  /** Both doors are shut, as if the service had been killed; answers how to open them again. */
  kill(): Promise<() => Promise<void>>;
  /**
   * A new certificate, made anew or given; who knows only the old one cannot open a connection to the webhook. Answers
   * the new one.
   */
  rotateCertificate(pair?: { cert: string; key: string }): string;
  stop(): Promise<void>;
}

const silent = () => undefined;
const SILENCE = { debug: silent, info: silent, warn: silent, error: silent };

/**
 * The service in this process, on two free ports of an address (default 127.0.0.1) that stay the same whatever happens
 * to it.
 */
export async function startService(
  config: DecisionConfig,
  address = '127.0.0.1',
): Promise<HookService> {
  const faults = createHookFaults();
  let apps = await appsOf(config);
  const handle =
    (door: 'plain' | 'encrypted') => (request: IncomingMessage, response: ServerResponse) => {
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

/** What is behind each door, with one set of counters. */
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
  /** Ends every connection, and refuses new ones. */
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
