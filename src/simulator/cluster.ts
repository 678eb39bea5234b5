import type { ControllerDefinition } from '../hooks/controller.ts';
import type { WebhookDefinition } from '../hooks/webhook.ts';
import type { KubeObject, LabelSelector } from '../k8s/object.ts';
import { matchesSelector } from '../k8s/selector.ts';
import { startGarbageCollector } from './actors/garbage-collector.ts';
import { createUser, objectKey, type User } from './actors/kubectl.ts';
import { type Kubelet, startKubelet } from './actors/kubelet.ts';
import { startNamespaceController } from './actors/namespace-controller.ts';
import { startStatefulSets } from './actors/statefulset-controller.ts';
import { type Defaults, withDefaults } from './api-server/defaults.ts';
import { normalize } from './api-server/normalize.ts';
import { createApiServer } from './api-server/server.ts';
import { createStore, type HistoryEntry, type Store } from './api-server/store.ts';
import type { Validate, Warning } from './api-server/types.ts';
import { createClock } from './clock.ts';
import { createDiscovery, servedKind } from './discovery.ts';
import { createFaults, type Faults } from './faults.ts';
import { createHookClient, type HookCall, type Inject } from './hook-call.ts';
import type { ServedKind } from './kinds.ts';
import { createAppliedCache } from './metacontroller/applied-cache.ts';
import type { ApplyStrategy, ClusterEvent, Metacontroller } from './metacontroller/controller.ts';
import { RESYNC_SECONDS } from './metacontroller/controller-object.ts';
import { createInformers } from './metacontroller/informers.ts';
import { startControllers } from './metacontroller/start.ts';
import { type LocalObject, toJson } from './object.ts';
import { type Settled, type SettleOptions, settle } from './settle.ts';

export interface LocalClusterOptions {
  /** Calls the service; wraps Fastify's `inject`. A rejection counts as a connection that failed. */
  inject: Inject;
  /** What Metacontroller runs. */
  controllers: readonly ControllerDefinition[];
  /** Mutating webhooks of the service. Default: none. */
  webhooks?: readonly WebhookDefinition[];
  /** Kinds that are served beside the common ones, such as those of the service's CustomResourceDefinitions. */
  served?: readonly ServedKind[];
  strategy: ApplyStrategy;
  /** RFC 3339 start of the virtual clock. */
  start?: string;
  /** How long pods take to become ready. */
  podReadySeconds?: number;
  /** Deployments whose pods never become ready. */
  neverReady?: (deployment: LocalObject) => boolean;
  metacontrollerUser?: string;
  /** Milliseconds until Metacontroller sees a write of this kind (`Deployment` …). */
  informerDelay?: (kind: string) => number;
  /** What a real cluster's schemas and policies would refuse: a text refuses the write, and is the reason. */
  validate?: Validate;
  /** Namespaces that are there from the start. Objects may be in others, too. */
  namespaces?: readonly string[];
  /** What the schemas of custom kinds fill in. */
  defaults?: Defaults;
}

/** API server, Metacontroller and Kubernetes' own controllers (see `actors/`), in memory, on a virtual clock. */
export interface Cluster {
  /** The service under test gets its clock from here. */
  now(): Date;
  /** Acts as a user; default `developer`. */
  as(username?: string): User;
  /** A copy; undefined when there is none. */
  get<T extends KubeObject = LocalObject>(
    kind: string,
    namespace: string | undefined,
    name: string,
  ): T | undefined;
  /** Copies, sorted by namespace and name. */
  list<T extends KubeObject = LocalObject>(
    kind: string,
    filter?: { namespace?: string; labels?: LabelSelector },
  ): T[];
  /** Stores an object as it was in another cluster, with its uid, times and status; without admission and validation. */
  restore(object: KubeObject): void;
  /** Copies of all objects. */
  all(): LocalObject[];
  /** Moves the clock on, running everything due, in the order of time. */
  advance(seconds: number): Promise<void>;
  /** Runs the next timer, whenever it is due; false: nothing is pending but periodic resyncs. */
  step(): Promise<boolean>;
  /**
   * Runs until nothing but periodic resyncs is pending and two of them have changed nothing, or until a limit (600 s,
   * 5000 writes). `seconds`: until the last change; the clock itself has moved on further.
   */
  settle(options?: SettleOptions): Promise<Settled>;
  /** Warnings as `kubectl get events` would show them. */
  events: readonly ClusterEvent[];
  /** Warnings that admission gave to writers. */
  warnings: readonly Warning[];
  /** Every stored write. */
  history: readonly HistoryEntry[];
  /** Calls the listener right after each stored write; returns how to stop. */
  onWrite(listener: (entry: HistoryEntry) => void): () => void;
  hookCalls: readonly HookCall[];
  faults: Faults;
}

const DEFAULT_START = '2026-01-01T00:00:00Z';

export function createCluster(options: LocalClusterOptions): Cluster {
  const clock = createClock(options.start ?? DEFAULT_START);
  const store = createStore(clock);
  const kubelets: Kubelet[] = [];
  const faults = createFaults((namespace, name) => {
    for (const kubelet of kubelets) kubelet.refresh(namespace, name);
  });
  const { webhooks: definitions = [] } = options;
  const hooks = createHookClient(clock, options.inject, definitions, faults);
  const { validate, defaults } = options;
  const kinds = createDiscovery(options.served ?? []);
  const webhooks = definitions.flatMap(({ resources, ...webhook }) =>
    resources.map((resource) => ({ ...webhook, kind: servedKind(kinds, resource) })),
  );
  const parts = { clock, store, kinds, webhooks, inject: hooks.call };
  const api = createApiServer({ ...parts, faults, validate, defaults });
  startGarbageCollector(clock, store, api);
  startNamespaceController(clock, store, api);
  const pods = {
    podReadySeconds: options.podReadySeconds ?? 1,
    notReady: (workload: LocalObject) => options.neverReady?.(toJson(workload)) ?? false,
    crashed: faults.crashed,
  };
  kubelets.push(startKubelet(clock, store, api, pods), startStatefulSets(clock, store, api, pods));

  const events: ClusterEvent[] = [];
  const delay = options.informerDelay ?? (() => 10);
  const metacontroller: Metacontroller = {
    clock,
    api,
    client: { user: options.metacontrollerUser ?? 'metacontroller', manager: 'metacontroller' },
    informers: createInformers(clock, store, ({ kind }) => delay(kind)),
    applied: createAppliedCache(api),
    hooks,
    strategy: options.strategy,
    events,
  };
  const enqueueAll = startControllers(metacontroller, options.controllers);
  const namespaceKind = kinds.kindNamed('Namespace');
  for (const name of options.namespaces ?? []) createNamespace(store, namespaceKind, name);
  let resyncCount = 0;
  const resync = (): void => {
    enqueueAll();
    resyncCount += 1;
    clock.after(RESYNC_SECONDS * 1000, resync, 'background');
  };
  clock.after(RESYNC_SECONDS * 1000, resync, 'background');

  return {
    now: clock.now,
    as: (username = 'developer') => createUser(api, username),
    get: <T extends KubeObject = LocalObject>(
      kind: string,
      namespace: string | undefined,
      name: string,
    ) => {
      const found = api.find(objectKey(kinds, kind, namespace, name));
      return found && (toJson(found) as unknown as T);
    },
    list: <T extends KubeObject = LocalObject>(
      kind: string,
      filter: { namespace?: string; labels?: LabelSelector } = {},
    ) =>
      sorted(store.list(kinds.kindNamed(kind)))
        .filter(({ metadata: { namespace, labels } }) => {
          const here = filter.namespace === undefined || filter.namespace === namespace;
          return here && matchesSelector(filter.labels ?? {}, labels);
        })
        .map((object) => toJson(object) as unknown as T),
    restore: (object) => {
      const kind = kinds.kindOf(object);
      const author = { user: 'restore', verb: 'restore' };
      store.put(kind, normalize(kind, toJson(object) as LocalObject), author);
    },
    all: () => sorted(store.list()).map(toJson),
    advance: (seconds) => clock.runUntil(clock.milliseconds() + seconds * 1000),
    step: async () => clock.busy() && (await clock.runNext(Number.POSITIVE_INFINITY)),
    settle: (limits = {}) => settle(clock, store, () => resyncCount, limits),
    events,
    warnings: api.warnings,
    history: store.history,
    onWrite: store.onWrite,
    hookCalls: hooks.calls,
    faults: faults.faults,
  };
}

function createNamespace(store: Store, kind: ServedKind, name: string): void {
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  store.put(kind, withDefaults(kind, object), { user: 'restore', verb: 'restore' });
}

function sorted(objects: LocalObject[]): LocalObject[] {
  const rank = ({ kind, metadata }: LocalObject) =>
    `${kind} ${metadata.namespace ?? ''} ${metadata.name}`;
  return objects.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
