import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { loadValidators } from '../../crds.ts';
import { buildApp } from '../../http/app.ts';
import { createMetrics } from '../../http/metrics.ts';
import type { DecisionConfig } from '../../kinds/dynamicenv/settings.ts';
import { type Cluster, createCluster, type LocalClusterOptions } from '../../simulator/cluster.ts';
import { installedControllers, ownKinds, WEBHOOKS } from './installation.ts';

export interface Rehearsal {
  cluster: Cluster;
  app: FastifyInstance;
}

type Installed =
  | 'inject'
  | 'metacontrollerUser'
  | 'controllers'
  | 'webhooks'
  | 'served'
  | 'namespaces';

const silent = () => undefined;
const SILENCE = { debug: silent, info: silent, warn: silent, error: silent } satisfies Pick<
  Logger,
  'debug' | 'info' | 'warn' | 'error'
>;

/** The service and an in-memory cluster that calls it through its HTTP door; both live by the cluster's clock. */
export async function rehearse(
  config: DecisionConfig,
  options: Omit<LocalClusterOptions, Installed>,
): Promise<Rehearsal> {
  const [validators, served] = await Promise.all([loadValidators(), ownKinds()]);
  const app = buildApp({
    service: {
      config: { ...config, isRehearsal: true },
      validator: validators.dynamicEnv,
      now: () => cluster.now(),
      metrics: createMetrics(),
      log: SILENCE,
    },
  });
  const cluster: Cluster = createCluster({
    ...options,
    metacontrollerUser: config.metacontrollerUser,
    controllers: installedControllers(config),
    webhooks: WEBHOOKS,
    served,
    namespaces: config.indexedNamespaces,
    inject: async ({ method, url, body }) => {
      const { statusCode, body: answer } = await app.inject({
        method,
        url,
        payload: body as object,
      });
      return { statusCode, body: answer };
    },
  });
  return { cluster, app };
}
