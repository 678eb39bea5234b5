import type { Server } from 'node:https';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import type { ServeConfig } from './config.ts';
import { loadEnvValidator } from './crds.ts';
import { UsageError } from './errors.ts';
import { buildApp } from './http/app.ts';
import { createMetrics } from './http/metrics.ts';
import type { Service } from './http/service.ts';
import { readTls, type TlsFiles, watchTls } from './http/tls.ts';

/** Time for answers under way when the process is asked to stop; Metacontroller's own time-out is 10 s. */
const GRACE_MS = 10_000;

interface Door {
  app: FastifyInstance;
  /** Flag that says where it is; for errors. */
  flag: string;
  port: number;
}

/** Opens the doors, and closes them on SIGTERM or SIGINT after what is in flight. */
export async function serve(config: ServeConfig): Promise<void> {
  const log = pino({ level: config.logLevel });
  const service: Service = {
    config,
    validator: await loadEnvValidator(),
    now: () => new Date(),
    metrics: createMetrics(),
    log,
  };
  const plain = { app: buildApp({ service, logger: log }), flag: '--port', port: config.port };
  const files = tlsFiles(config);
  const doors = files === undefined ? [plain] : [plain, await tlsDoor(files, config, service, log)];
  const close = () => Promise.all(doors.map(({ app }) => app.close()));
  for (const door of doors) {
    await open(door, config.host).catch(async (error: Error) => {
      // One that is open already would keep the process alive.
      await close();
      throw error;
    });
  }
  closeWithGrace({ delay: GRACE_MS, logger: log }, async ({ err, signal }) => {
    if (err) log.error(err);
    else log.info({ signal }, 'closing');
    await close();
  });
}

async function open({ app, flag, port }: Door, host: string): Promise<void> {
  await app.listen({ host, port }).catch((error: Error) => {
    throw new UsageError(`--host ${host}, ${flag} ${port}: ${error.message}`);
  });
}

function tlsFiles({ tlsCertFile, tlsKeyFile }: ServeConfig): TlsFiles | undefined {
  if (tlsCertFile === '' && tlsKeyFile === '') return undefined;
  if (tlsCertFile === '') throw new UsageError('--tls-cert-file is missing beside --tls-key-file');
  if (tlsKeyFile === '') throw new UsageError('--tls-key-file is missing beside --tls-cert-file');
  return { certFile: tlsCertFile, keyFile: tlsKeyFile };
}

async function tlsDoor(
  files: TlsFiles,
  { tlsPort }: ServeConfig,
  service: Service,
  log: Logger,
): Promise<Door> {
  try {
    const app = buildApp({ service, logger: log, https: await readTls(files) });
    const unwatch = watchTls(files, app.server as unknown as Server, (error) => {
      if (error === undefined) log.info('certificate reloaded');
      else log.error(error, 'the new certificate cannot be used; the old one stays');
    });
    app.addHook('onClose', async () => unwatch());
    return { app, flag: '--tls-port', port: tlsPort };
  } catch (error) {
    throw new UsageError(`--tls-cert-file, --tls-key-file: ${(error as Error).message}`);
  }
}
