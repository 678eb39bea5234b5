import type { Server } from 'node:https';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import type { ServeConfig } from './config.ts';
import { loadValidators } from './crds.ts';
import { UsageError } from './errors.ts';
import { buildApp } from './http/app.ts';
import { createMetrics } from './http/metrics.ts';
import type { Service } from './http/service.ts';
import { readTls, type TlsFiles, watchTls } from './http/tls.ts';

/** Seconds for answers under way when the process is asked to stop; Metacontroller's own time-out is 10. */
const GRACE_MS = 10_000;

/** Opens the doors, and closes them on SIGTERM or SIGINT after what is in flight. */
export async function serve(config: ServeConfig): Promise<void> {
  const log = pino({ level: config.logLevel });
  const service: Service = {
    config,
    validator: (await loadValidators()).dynamicEnv,
    now: () => new Date(),
    metrics: createMetrics(),
    log,
  };
  const doors = [buildApp({ service, logger: log })];
  await doors[0]?.listen({ host: config.host, port: config.port });
  const files = tlsFiles(config);
  if (files !== undefined) doors.push(await openTlsDoor(files, config, service, log));
  closeWithGrace({ delay: GRACE_MS, logger: log }, async ({ err, signal }) => {
    if (err) log.error(err);
    else log.info({ signal }, 'closing');
    await Promise.all(doors.map((door) => door.close()));
  });
}

function tlsFiles({ tlsCertFile, tlsKeyFile }: ServeConfig): TlsFiles | undefined {
  if (tlsCertFile === '' && tlsKeyFile === '') return undefined;
  if (tlsCertFile === '') throw new UsageError('--tls-cert-file is missing beside --tls-key-file');
  if (tlsKeyFile === '') throw new UsageError('--tls-key-file is missing beside --tls-cert-file');
  return { certFile: tlsCertFile, keyFile: tlsKeyFile };
}

async function openTlsDoor(
  files: TlsFiles,
  { host, tlsPort }: ServeConfig,
  service: Service,
  log: Logger,
): Promise<FastifyInstance> {
  const pair = await readTls(files).catch((error: Error) => {
    throw new UsageError(`--tls-cert-file, --tls-key-file: ${error.message}`);
  });
  const door = buildApp({ service, logger: log, https: pair });
  const unwatch = watchTls(files, door.server as unknown as Server, (error) => {
    if (error === undefined) log.info('certificate reloaded');
    else log.error(error, 'the new certificate cannot be used; the old one stays');
  });
  door.addHook('onClose', async () => unwatch());
  await door.listen({ host, port: tlsPort });
  return door;
}
