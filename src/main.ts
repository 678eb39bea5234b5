import closeWithGrace from 'close-with-grace';
import { type AdmissionDoor, openAdmissionDoor } from './admission-door.ts';
import type { ServeConfig } from './config.ts';
import { UsageError } from './errors.ts';
import { kindsOn, loadHooks } from './hooks/kind.ts';
import type { TlsFiles } from './http/tls.ts';
import { type DecisionConfig, KINDS } from './kinds/kinds.ts';

/** Time for answers under way when the process is asked to stop; Metacontroller's own time-out is 10 s. */
const GRACE_MS = 10_000;

/** Opens the doors, and closes them on SIGTERM or SIGINT after what is in flight. */
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
  // The last door to open: who finds it ready finds the other open.
  await app.listen({ host, port }).catch(async (error: Error) => {
    grace.uninstall();
    // The one that is open already would keep the process alive.
    await close();
    throw new UsageError(`--host ${host}, --port ${port}: ${error.message}`);
  });
}

/** Loaded only now: the thread starts while this one gets ready. */
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
  // Half a service is none: it ends with 1, and whoever started it starts it again.
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
