import { readFile } from 'node:fs/promises';
import { startSimulation } from '../../../src/cli/common/simulation.ts';
import { DECISION_FLAGS } from '../../../src/config.ts';
import { readFlags } from '../../../src/flags.ts';
import { evaluate } from '../../../src/istio/evaluate.ts';
import { fqdn } from '../../../src/istio/host.ts';
import type { DestinationRule, VirtualService } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { matchesSelector } from '../../../src/k8s/selector.ts';
import type { Deployment, Service } from '../../../src/k8s/workload.ts';
import type { Cluster } from '../../../src/simulator/cluster.ts';
import type { ApplyStrategy } from '../../../src/simulator/metacontroller/controller.ts';
import { createPods } from './pods.ts';

export const STRATEGIES = ['server-side-apply', 'dynamic-apply'] as const;
export const SETTINGS = readFlags(DECISION_FLAGS, [], {});
const DOMAIN = SETTINGS.clusterDomain;

/** A request of an env, and the clone that must answer it. */
export interface Wanted {
  host: string;
  path?: string;
  headers: Record<string, string>;
  clone: string;
}

/**
 * When something began and ended, in seconds of the cluster's clock. `from` is -Infinity if it existed at the start.
 * `to` is Infinity while it exists.
 */
export interface Times {
  from: number;
  to: number;
}

export interface Upgrade {
  cluster: Cluster;
  /** Problems that were found after a write. */
  problems: string[];
  /**
   * Times by the name of a subset. `defined`: when a DestinationRule of an env had the subset. `routed`: when an
   * injected route had it as its destination.
   */
  defined: ReadonlyMap<string, Times>;
  routed: ReadonlyMap<string, Times>;
  close(): Promise<void>;
}

/**
 * Puts the objects of the previous version into a cluster, and runs this version. After each write it checks that every
 * request reaches ready pods of its clone.
 */
export async function upgrade(
  name: string,
  strategy: ApplyStrategy,
  requests: readonly Wanted[],
  settings: Partial<typeof SETTINGS> = {},
  podReadySeconds = 5,
): Promise<Upgrade> {
  const file = new URL(`../../fixtures/version-before/${name}.${strategy}.json`, import.meta.url);
  const objects: KubeObject[] = JSON.parse(await readFile(file, 'utf8'));
  const start = '2026-01-01T00:10:00Z';
  const { cluster, app } = await startSimulation(
    { ...SETTINGS, ...settings },
    { strategy, start, podReadySeconds },
  );
  const pods = createPods(objects.filter(({ kind }) => kind === 'Deployment') as Deployment[]);
  const problems: string[] = [];
  const defined = new Map<string, Times>();
  const routed = new Map<string, Times>();
  for (const object of objects) cluster.restore(object);
  note(defined, definedIn(cluster), Number.NEGATIVE_INFINITY);
  note(routed, routedIn(cluster), Number.NEGATIVE_INFINITY);
  cluster.onWrite((entry) => {
    pods.follow(entry);
    const now = Date.parse(entry.time) / 1000;
    note(defined, definedIn(cluster), now);
    note(routed, routedIn(cluster), now);
    for (const request of requests) {
      const problem = misled(request, cluster, pods.serving);
      if (problem !== undefined)
        problems.push(`${entry.time} ${entry.verb} ${entry.key}: ${problem}`);
    }
  });
  return { cluster, problems, defined, routed, close: () => app.close() };
}

function note(times: Map<string, Times>, present: ReadonlySet<string>, now: number): void {
  for (const name of present) {
    times.set(name, { from: times.get(name)?.from ?? now, to: Number.POSITIVE_INFINITY });
  }
  for (const [name, { from, to }] of times) {
    if (!present.has(name) && to === Number.POSITIVE_INFINITY) times.set(name, { from, to: now });
  }
}

function definedIn(cluster: Cluster): Set<string> {
  const ours = cluster
    .list<DestinationRule>('DestinationRule')
    .filter(({ metadata }) => metadata.labels?.['dynamic-env'] !== undefined);
  return new Set(ours.flatMap(({ spec }) => (spec.subsets ?? []).map(({ name }) => name)));
}

function routedIn(cluster: Cluster): Set<string> {
  const http = cluster
    .list<VirtualService>('VirtualService')
    .flatMap(({ spec }) => spec.http ?? [])
    .filter(({ name }) => name?.startsWith('dynamic-environment-'));
  const names = http.flatMap(({ route = [] }) =>
    route.map(({ destination }) => destination.subset),
  );
  return new Set(names.filter((name) => name !== undefined));
}

/** Why a request may reach a pod that is not a ready pod of its clone; undefined if it always reaches one. */
function misled(
  { host, path = '/', headers, clone }: Wanted,
  cluster: Cluster,
  serving: ReadonlyMap<string, readonly Readonly<Record<string, string>>[]>,
): string | undefined {
  const outcome = evaluate(
    {
      host,
      method: 'GET',
      scheme: 'http',
      authority: host,
      path,
      headers,
      gateway: 'mesh',
      sourceNamespace: 'shop',
    },
    {
      clusterDomain: DOMAIN,
      virtualServices: cluster.list<VirtualService>('VirtualService'),
      destinationRules: cluster.list<DestinationRule>('DestinationRule'),
      services: cluster
        .list<Service>('Service')
        .map(({ metadata: { name, namespace = '' }, spec }) => ({
          host: fqdn(name, namespace, DOMAIN),
          namespace,
          selector: spec?.selector ?? {},
        })),
    },
  );
  if (outcome.kind !== 'destinations') return outcome.kind;
  const [reached] = outcome.destinations;
  if (reached === undefined || reached.unavailable !== undefined) {
    return `${path} goes to ${reached?.subset}: ${reached?.unavailable}`;
  }
  const templates = serving.get(`shop/${clone}`) ?? [];
  const isReached =
    templates.length > 0 &&
    templates.every((labels) => matchesSelector({ matchLabels: { ...reached.labels } }, labels));
  return isReached ? undefined : `${path} goes to ${JSON.stringify(reached)}, not to ${clone}`;
}
