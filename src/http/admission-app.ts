import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Hook } from '../hooks/hook.ts';
import type { AdmissionService } from '../hooks/service.ts';
import { addHook } from './add-hook.ts';
import { baseApp, type DoorLimits } from './base-app.ts';
import type { Metrics } from './metrics.ts';
import type { TlsPair } from './tls.ts';

/**
 * A review carries the object before and after the write. A stored object has at most 1.5 MiB (etcd's `--max-request-bytes`), so
 * two of them and their envelope fit into 4 MiB. The API server reads writes of up to 3 MiB (`MaxRequestBodyBytes` in
 * `k8s.io/apiserver/pkg/server/config.go`); a write whose review is larger than 4 MiB could not be stored anyway.
 * A larger review is answered with 413, and the write continues without the webhook (`failurePolicy: Ignore`).
 *
 * A review of a large VirtualService has some 200 KiB: 32 MiB hold more than 150 of them at once.
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
