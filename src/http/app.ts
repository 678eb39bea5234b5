import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Hook } from '../hooks/hook.ts';
import type { Service } from '../hooks/service.ts';
import { addHook } from './add-hook.ts';
import { baseApp, type DoorLimits } from './base-app.ts';
import type { Metrics, MetricsPart } from './metrics.ts';
import { joinedMetrics } from './metrics.ts';

/**
 * A sync of an env sees every Service and DestinationRule of its namespaces: at about 2 KiB each, 16 MiB holds some
 * 8,000 of them. A larger body is a mistake, and is refused before it is read. Twenty workers of Metacontroller that sync
 * 1,700 services each send 118 MB together.
 */
const LIMITS: DoorLimits = { body: 16 * 2 ** 20, held: 128 * 2 ** 20, connections: 512 };

export interface AppOptions<Settings> {
  /** Those that are served; any other path is answered with 404. */
  hooks: readonly Hook<Service<Settings>>[];
  service: Service<Settings> & { metrics: Metrics };
  logger?: FastifyBaseLogger;
  /** Metrics that are counted in another thread, and added here. */
  otherMetrics?: () => Promise<MetricsPart>;
}

/** The plain door: hooks, health, metrics. Listens nowhere yet. */
export function buildApp<Settings>({
  hooks,
  service,
  logger,
  otherMetrics,
}: AppOptions<Settings>): FastifyInstance {
  const { metrics } = service;
  const app = baseApp({ limits: LIMITS, metrics, logger, https: undefined });
  for (const hook of hooks) addHook(app, hook, service);
  app.get('/metrics', async (_request, reply) => {
    const { registry } = metrics;
    const parts = otherMetrics === undefined ? [] : [await otherMetrics()];
    return reply.type(registry.contentType).send(await joinedMetrics(registry, parts));
  });
  return app;
}
