import closeWithGrace from 'close-with-grace';
import { type AdmissionDoor, openAdmissionDoor } from './admission-door.ts';
import type { ServeConfig } from './config.ts';
import { UsageError } from './errors.ts';
import { kindsOn, loadHooks } from './hooks/kind.ts';
import type { TlsFiles } from './http/tls.ts';
import { type DecisionConfig, KINDS } from './kinds/kinds.ts';

/** Time to answer the requests in flight when the process is asked to stop; Metacontroller's time-out is 10 s. */
const GRACE_MS = 10_000;

/** Opens the doors, and closes them on SIGTERM or SIGINT after the requests in flight. */
export async function serve(config: ServeConfig): Promise<void> {
  const files = tlsFiles(config);
  const [admission, { log, service, hooks, buildApp }] = await Promise.all([
    files && openAdmission(files, config),
    plainParts(config),
  ]);
  const app = buildApp({
    hooks,
    service,
    logger: log,
    ...(admission && { otherMetrics: admission.metrics }),
  });
  const close = () => Promise.all([app.close(), admission?.close()]);
  const grace = closeWithGrace({ delay: GRACE_MS, logger: log }, async ({ err, signal }) => {
    if (err) log.error(err);
    else log.info({ signal }, 'closing');
    await close();
  });
  const { host, port } = config;
  // This door opens last: when its /readyz answers, the other is open, too.
  await app.listen({ host, port }).catch(async (error: Error) => {
    grace.uninstall();
    // The other door, if open, would keep the process alive.
    await close();
    throw new UsageError(`--host ${host}, --port ${port}: ${error.message}`);
  });
}

/** Imported dynamically: the admission thread starts at the same time. */
async function plainParts(config: ServeConfig) {
  const [hooks, { buildApp }, { createLog }, { createMetrics }] = await Promise.all([
    loadHooks<DecisionConfig>(kindsOn(KINDS, config.kinds), validatorOf),
    import('./http/app.ts'),
    import('./http/log.ts'),
    import('./http/metrics.ts'),
  ]);
  const log = createLog(config.logLevel);
  const service = {
    config,
    now: () => new Date(),
    metrics: createMetrics(),
    log,
  };
  return { log, service, hooks, buildApp };
}

async function validatorOf(crd: string) {
  const { loadValidator } = await import('./crds.ts');
  return loadValidator(crd);
}

function openAdmission(files: TlsFiles, config: ServeConfig): Promise<AdmissionDoor> {
  const { kinds, host, tlsPort: port, logLevel } = config;
  // Without its admission door the service is no use: the process ends with 1, and is restarted.
  return openAdmissionDoor({ config, kinds, host, port, files, logLevel }, (error) => {
    throw error;
  });
}

function tlsFiles({ tlsCertFile, tlsKeyFile }: ServeConfig): TlsFiles | undefined {
  if (tlsCertFile === '' && tlsKeyFile === '') return undefined;
  if (tlsCertFile === '') throw new UsageError('--tls-cert-file is missing beside --tls-key-file');
  if (tlsKeyFile === '') throw new UsageError('--tls-key-file is missing beside --tls-cert-file');
  return { certFile: tlsCertFile, keyFile: tlsKeyFile };
}
