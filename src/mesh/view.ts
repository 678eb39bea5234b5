import type { Subscriber } from '../api/subscriber.ts';
import { readable, type Unreadable } from '../api/unreadable.ts';
import type { ObjectMap } from '../hooks/types.ts';
import type { DestinationRule, VirtualService } from '../istio/types.ts';
import { byText } from '../k8s/canonical.ts';
import { once } from '../k8s/memoize.ts';
import type { KubeObject } from '../k8s/object.ts';
import type { Deployment, Service, StatefulSet } from '../k8s/workload.ts';
import { indexedNamespaces, withIndexed } from './from-index.ts';
import { rulesByHost, servicesByLabel } from './lookups.ts';

/**
 * Decisions read other people's objects only through this interface. So their source (today Metacontroller's related objects) can
 * be replaced here.
 */
export interface MeshView {
  deployment(namespace: string, name: string): Deployment | undefined;
  /** Those that were asked for, sorted by name. */
  deployments(namespace: string): readonly Deployment[];
  hasStatefulSet(namespace: string, name: string): boolean;
  /** Those that were asked for and can be read, sorted by name. */
  statefulSets(namespace: string): readonly StatefulSet[];
  /** All Environments by name, in any shape. */
  environments(): Readonly<Record<string, KubeObject>>;
  /** Sorted by name. */
  services(namespace: string): Service[];
  /** Those of `services` that ask for at least one of these labels. */
  servicesAskingFor(namespace: string, ...labels: Readonly<Record<string, string>>[]): Service[];
  /** All rules for a host (fully qualified) and for wildcards that contain it, sorted by namespace and name. */
  rulesAbout(host: string): DestinationRule[];
  /** Those that carry the env's index label, sorted by namespace and name. */
  virtualServices(): readonly VirtualService[];
  /** Those of the env's ref and workloads, other envs' among them, sorted by name. Only for an env with `events`. */
  subscribers(): readonly Subscriber[];
  /** Which namespaces' Services and DestinationRules cannot be seen, and what to do. */
  problems(): readonly string[];
  /** What came in a shape that cannot be read: nothing above returns it. */
  unreadable(): readonly Unreadable[];
}

/**
 * The view of the related objects that came with a sync. `ruleNamespaces`: the namespaces whose DestinationRules were asked for (an
 * index always contains them). It is called only if an index came: with an invalid spec none is asked for.
 */
export function meshView(
  related: ObjectMap,
  clusterDomain: string,
  ruleNamespaces: () => readonly string[] = () => ['*'],
): MeshView {
  const indexed = indexedNamespaces(related);
  const came = {
    services: readable('Service', list<Service>(related, 'Service.v1')),
    rules: readable(
      'DestinationRule',
      list<DestinationRule>(related, 'DestinationRule.networking.istio.io/v1'),
    ),
    virtualServices: readable(
      'VirtualService',
      list<VirtualService>(related, 'VirtualService.networking.istio.io/v1'),
    ),
    deployments: readable('Deployment', list<Deployment>(related, 'Deployment.apps/v1')),
    subscribers: readable(
      'Subscriber',
      list<Subscriber>(related, 'Subscriber.riskified.com/v1alpha1'),
    ),
  };
  const services = groupByNamespace([
    ...came.services.objects,
    ...indexed.contents.flatMap(({ services: all }) => all),
  ]);
  const askingIn = oncePerKey((namespace) => servicesByLabel(services.get(namespace) ?? []));
  const rulesAbout = once(() =>
    rulesByHost(withIndexed(came.rules.objects, indexed.contents, ruleNamespaces), clusterDomain),
  );
  const deployments = new Map(
    came.deployments.objects.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]),
  );
  const unreadable = [
    ...Object.values(came).flatMap(({ unreadable: some }) => some),
    ...indexed.contents.flatMap(({ unread: some = [] }) => some),
  ];
  const statefulSets = related['StatefulSet.apps/v1'] ?? {};
  const environments = related['Environment.riskified.com/v1alpha1'] ?? {};
  const byNamespace = once(() => groupByNamespace(came.deployments.objects));
  const setsByNamespace = once(() =>
    groupByNamespace(
      readable('StatefulSet', list<StatefulSet>(related, 'StatefulSet.apps/v1')).objects,
    ),
  );
  return {
    deployment: (namespace, name) => deployments.get(`${namespace}/${name}`),
    deployments: (namespace) => byNamespace().get(namespace) ?? [],
    hasStatefulSet: (namespace, name) => Object.hasOwn(statefulSets, `${namespace}/${name}`),
    statefulSets: (namespace) => setsByNamespace().get(namespace) ?? [],
    environments: () => environments,
    services: (namespace) => services.get(namespace) ?? [],
    servicesAskingFor: (namespace, ...labels) => askingIn(namespace)(labels),
    rulesAbout: (host) => rulesAbout()(host),
    virtualServices: () => came.virtualServices.objects,
    subscribers: () => came.subscribers.objects,
    problems: () => indexed.problems,
    unreadable: () => unreadable,
  };
}

/** Computes the value of a key at the first call, and returns the same one afterwards. */
function oncePerKey<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(key);
    made.set(key, fresh);
    return fresh;
  };
}

function list<T extends KubeObject>(map: ObjectMap, key: string): T[] {
  return Object.entries(map[key] ?? {})
    .sort(([a], [b]) => byText(a, b))
    .map(([, object]) => object as T);
}

function groupByNamespace<T extends KubeObject>(objects: readonly T[]): Map<string, T[]> {
  return Map.groupBy(objects, ({ metadata }) => metadata.namespace ?? '');
}
