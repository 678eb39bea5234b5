import { loadValidator, loadValidators, validatorKey } from '../../../src/crds.ts';
import { controllersOf, type Kind, loadHooks } from '../../../src/hooks/kind.ts';
import { buildApp } from '../../../src/http/app.ts';
import { createMetrics } from '../../../src/http/metrics.ts';
import { jsonEqual } from '../../../src/k8s/canonical.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { type DecisionConfig, KINDS } from '../../../src/kinds/kinds.ts';
import {
  type Cluster,
  createCluster,
  type LocalClusterOptions,
} from '../../../src/simulator/cluster.ts';
import type { ServedKind } from '../../../src/simulator/kinds.ts';
import type { LocalObject } from '../../../src/simulator/object.ts';
import type { Answered } from '../../support/answers-file.ts';
import { HOOKS, WEBHOOKS } from '../../support/hooks.ts';
import { OWN_KINDS } from '../../support/own-kinds.ts';
import type { Cascade, Driver, FaultSpec, WriteOptions } from './driver.ts';
import { injectFault, type Refusal } from './memory-faults.ts';
import type { Scenario } from './scenario.ts';

/** The user name with which Metacontroller writes. It does not depend on the service's flag. */
const METACONTROLLER = 'system:serviceaccount:metacontroller:metacontroller';

type Validate = NonNullable<LocalClusterOptions['validate']>;

const PROPAGATION = {
  background: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
} as const satisfies Record<Cascade, string>;

const silent = () => undefined;
const SILENCE = { debug: silent, info: silent, warn: silent, error: silent };

// Compiled once, because this takes longer than a scenario.
const validators = await loadValidators();

interface DriverOptions {
  skew?: Scenario['skew'];
  /** The settings of each replica of the service; default: one with those of the cluster. */
  replicas?: readonly DecisionConfig[];
  /** Receives every hook call with its answer. */
  tell?: (answered: Answered) => void;
  /** An additional kind, with its settings and with what the API server serves for it. */
  more?: { kind: Kind<object>; settings: object; served: ServedKind };
}

/**
 * The service and an in-memory cluster whose schemas are the CRDs of this repository. The cluster calls the service
 * over HTTP (Fastify's inject).
 */
export async function memoryDriver(
  config: DecisionConfig,
  strategy: LocalClusterOptions['strategy'],
  { skew = [0], replicas = [config], tell = silent, more }: DriverOptions = {},
): Promise<Driver> {
  const settings = { ...config, ...more?.settings };
  const others = more === undefined ? [] : [more.kind];
  const validatorOf = (object: LocalObject) => validators[validatorKey(object)];
  const notReady = new Set<string>();
  const refusals = new Set<Refusal>();
  const overload = callLimit();
  let isUnchecked = false;
  let calls = 0;
  let syncs = 0;
  const clock = () => {
    const ahead = skew[calls % skew.length] ?? 0;
    return new Date(cluster.now().getTime() + ahead * 1000);
  };
  const moreHooks = await loadHooks<object>(others, loadValidator);
  const apps = replicas.map((own) =>
    buildApp({
      hooks: [...hooksOf(own), ...moreHooks],
      service: {
        config: { ...own, ...more?.settings },
        now: clock,
        metrics: createMetrics(),
        log: SILENCE,
      },
    }),
  );
  const gone = new Set<number>();
  const next = shuffled();
  const validate: Validate = (object, before) => {
    for (const refusal of refusals) {
      const message = refusal(object);
      if (message !== undefined) return message;
    }
    // The API server accepts an invalid field that the write does not change (CRD validation ratcheting).
    if (isUnchecked || jsonEqual(object.spec, before?.spec)) return undefined;
    const verdict = validatorOf(object)?.validate(object, before);
    const problems = [...(verdict?.errors ?? []), ...(verdict?.unknown ?? [])].filter(
      ({ path }) => !isUntouched(path ?? '', object, before),
    );
    if (problems.length === 0) return undefined;
    return problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  };
  const cluster: Cluster = createCluster({
    strategy,
    metacontrollerUser: METACONTROLLER,
    controllers: [
      ...controllersOf<DecisionConfig>(KINDS, config),
      ...controllersOf<object>(others, settings),
    ],
    webhooks: WEBHOOKS,
    served: more === undefined ? OWN_KINDS : [...OWN_KINDS, more.served],
    namespaces: config.indexedNamespaces,
    validate,
    defaults: (object) => validatorOf(object)?.withDefaults(object) ?? object,
    neverReady: ({ metadata }) => notReady.has(`${metadata.namespace}/${metadata.name}`),
    inject: async ({ method, url, body }) => {
      await overload.count();
      calls += 1;
      syncs += Number(url.endsWith('/sync'));
      const running = apps.filter((_, index) => !gone.has(index));
      const app = running[next() % running.length];
      if (app === undefined) throw new Error('connection refused');
      const answer = await app.inject({ method, url, payload: body as object });
      const { statusCode } = answer;
      tell({ url, request: body, status: statusCode, response: answer.body });
      return { statusCode, body: answer.body };
    },
  });
  const live = mirror(cluster);
  const write = async ({ unchecked = false }: WriteOptions, run: () => Promise<unknown>) => {
    isUnchecked = unchecked;
    try {
      await run();
    } finally {
      isUnchecked = false;
    }
  };
  return {
    write: (verb, object, options) =>
      write(options, () => {
        const user = cluster.as(options.as);
        if (verb !== 'serverSideApply') return user[verb](object);
        return user.serverSideApply(object, options.manager, { force: options.force ?? false });
      }),
    patch: ({ kind, namespace, name }, patch, options) =>
      write(options, () => cluster.as(options.as).patch(kind, namespace, name, patch)),
    delete: ({ kind, namespace, name }, cascade, options) =>
      write(options, () =>
        cluster.as(options.as).delete(kind, namespace, name, { propagation: PROPAGATION[cascade] }),
      ),
    objects: async () => live.all(),
    events: async () => cluster.events.map(({ message }) => message),
    watch: (listener) => cluster.onWrite(() => listener(live.all())),
    advance: (seconds) => Promise.race([cluster.advance(seconds), overload.reached]),
    syncs: () => syncs,
    fault: async (fault: FaultSpec) => injectFault(cluster, { notReady, refusals, gone }, fault),
    close: async () => {
      overload.stop();
      for (const app of apps) await app.close();
    },
  };
}

/** The same random numbers in every run. In turn, one replica might get all calls of one hook. */
function shuffled(): () => number {
  let state = 1;
  return () => {
    state = (state * 48271) % 0x7fffffff;
    return state >> 8;
  };
}

/** The hooks that `serve` has with these settings. */
function hooksOf({ mergeGroups }: DecisionConfig) {
  const hasMerges = mergeGroups.length > 0;
  return hasMerges ? HOOKS : HOOKS.filter(({ name }) => !name.startsWith('virtual-service-merge'));
}

/** Keeps all objects without copying them at each read: scenarios read far more often than objects change. */
function mirror(cluster: Cluster) {
  const objects = new Map<string, LocalObject>();
  cluster.onWrite(({ key, after }) => {
    if (after) objects.set(key, after);
    else objects.delete(key);
  });
  return { all: (): LocalObject[] => [...objects.values()] };
}

/** Twenty merges that are tried one by one take about 1500: each write of their target concerns all of them. */
const MAX_CALLS = 3000;

/**
 * Limits the number of hook calls. A write loop takes no virtual time, so without this limit the test process would
 * never end.
 */
function callLimit() {
  let left = MAX_CALLS;
  let refuse: (error: Error) => void = () => undefined;
  const reached = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  // Without this handler, an unhandled rejection would end the process.
  reached.catch(() => undefined);
  return {
    reached,
    stop: () => {
      left = 0;
    },
    count: async () => {
      left -= 1;
      if (left > 0) return;
      refuse(
        new Error(`the hooks were called more than ${MAX_CALLS} times: something writes in a loop`),
      );
      await new Promise<never>(() => undefined);
    },
  };
}

/** True if the write does not change the top-level field of the spec to which this path belongs. */
function isUntouched(path: string, object: KubeObject, before: KubeObject | undefined): boolean {
  const [, field] = /^spec\.(\w+)/.exec(path) ?? [];
  if (field === undefined || before === undefined) return false;
  const valueIn = ({ spec }: KubeObject & { spec?: unknown }) =>
    (spec as Record<string, unknown> | undefined)?.[field];
  return valueIn(before) !== undefined && jsonEqual(valueIn(object), valueIn(before));
}
