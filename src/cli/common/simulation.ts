import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { MERGE_GROUPS } from '../../api/virtualservicemerge.ts';
import type { CrdValidator } from '../../crd/schema.ts';
import { loadValidator } from '../../crds.ts';
import { controllersOf, loadHooks, loadWebhooks } from '../../hooks/kind.ts';
import { buildApp } from '../../http/app.ts';
import { createMetrics } from '../../http/metrics.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { type DecisionConfig, KINDS } from '../../kinds/kinds.ts';
import { type Cluster, createCluster, type LocalClusterOptions } from '../../simulator/cluster.ts';
import { ownKinds } from './own-kinds.ts';

export interface Simulation {
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

const SUBSCRIBER_CRD = 'subscribers.riskified.com';

/**
 * Why a write is refused. A Subscriber's definition refuses other changes than that of its phase: without that, answers that were given before
 * the Subscriber was seen would replace each other's incarnation without an end.
 */
function lateAnswer(
  subscribers: CrdValidator,
  object: KubeObject,
  before: KubeObject | undefined,
): string | undefined {
  if (object.kind !== 'Subscriber' || before === undefined) return undefined;
  const [error] = subscribers.validate(object, before).errors;
  return error === undefined ? undefined : `${error.path ?? ''}: ${error.message}`;
}

const silent = () => undefined;
const SILENCE = { debug: silent, info: silent, warn: silent, error: silent } satisfies Pick<
  Logger,
  'debug' | 'info' | 'warn' | 'error'
>;

/**
 * Starts the service, with all kinds, and an in-memory cluster that calls it through Fastify's `inject`. Both use the cluster's
 * virtual clock.
 */
export async function startSimulation(
  given: DecisionConfig,
  options: Omit<LocalClusterOptions, Installed>,
): Promise<Simulation> {
  const config = { ...given, mergeGroups: MERGE_GROUPS };
  const [hooks, served, webhooks, subscribers] = await Promise.all([
    loadHooks<DecisionConfig>(KINDS, loadValidator),
    ownKinds(),
    loadWebhooks(KINDS),
    loadValidator(SUBSCRIBER_CRD),
  ]);
  const app = buildApp({
    hooks,
    service: {
      config: { ...config, isSimulation: true },
      now: () => cluster.now(),
      metrics: createMetrics(),
      log: SILENCE,
    },
  });
  const cluster: Cluster = createCluster({
    validate: (object, before) => lateAnswer(subscribers, object, before),
    ...options,
    metacontrollerUser: config.metacontrollerUser,
    controllers: controllersOf<DecisionConfig>(KINDS, config),
    webhooks,
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
