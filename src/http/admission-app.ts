import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Hook } from '../hooks/hook.ts';
import type { AdmissionService } from '../hooks/service.ts';
import { addHook } from './add-hook.ts';
import { baseApp, type DoorLimits } from './base-app.ts';
import type { Metrics } from './metrics.ts';
import type { TlsPair } from './tls.ts';

/**
 * A review carries the object before and after. What is stored has at most 1.5 MiB (etcd's `--max-request-bytes`), so that two
 * and what stands around them are within 4 MiB. The API server reads writes of up to 3 MiB (`MaxRequestBodyBytes` in
 * `k8s.io/apiserver/pkg/server/config.go`); one that makes a larger review could not be stored, whatever the webhook says.
 * A review beyond is answered with 413, and the write goes on without the webhook (`failurePolicy: Ignore`).
 *
 * Reviews of large VirtualServices have some 200 KiB: 32 MiB are more than a hundred and fifty at once.
 */
const LIMITS: DoorLimits = { body: 4 * 2 ** 20, held: 32 * 2 ** 20, connections: 512 };

export interface AdmissionAppOptions<Settings> {
  hooks: readonly Hook<AdmissionService<Settings>>[];
  service: AdmissionService<Settings> & { metrics: Metrics };
  logger?: FastifyBaseLogger;
  https?: TlsPair;
}

/** The encrypted door: admission hooks and health, nothing else. Listens nowhere yet. */
export function buildAdmissionApp<Settings>({
  hooks,
  service,
  logger,
  https,
}: AdmissionAppOptions<Settings>): FastifyInstance {
  const app = baseApp({ limits: LIMITS, metrics: service.metrics, logger, https });
  for (const hook of hooks) addHook(app, hook, service);
  return app;
}
