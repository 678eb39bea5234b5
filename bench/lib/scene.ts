import type { DynamicEnv, IstioMatch } from '../../src/api/dynamicenv.ts';
import type { RouteInjection } from '../../src/api/routeinjection.ts';
import type { VirtualServiceMerge } from '../../src/api/virtualservicemerge.ts';
import type { VirtualService } from '../../src/istio/types.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { syncEnv } from '../../src/kinds/dynamicenv/sync.ts';
import type { DecisionConfig } from '../../src/kinds/kinds.ts';
import { admit } from '../../src/kinds/virtualservice/admit.ts';
import { decorate } from '../../src/kinds/virtualservice/sync.ts';
import { applyJsonPatch, type Operation } from '../../src/simulator/api-server/json-patch.ts';
import { CONFIG } from './config.ts';
import { child, dynamicEnv } from './envs.ts';
import { mergesInto } from './merges.ts';
import { compositeRequest, type Inventory } from './requests.ts';
import { ENTRANCE, type ServiceObjects, serviceName, serviceObjects } from './shop.ts';
import { NOW } from './stored.ts';

export interface Size {
  services: number;
  envs: number;
  /** Number of envs on the first service. */
  crowded: number;
  routes?: number;
  matches?: number;
  /** True: all envs match the same requests. Each one after the first is shadowed, and its status says so. */
  isContested?: boolean;
  /** True: requests select each env by a ref of its own, not by a match. */
  hasRefs?: boolean;
  /** True: people come in by the first service's VirtualService, and each env has a link to its host. */
  hasEntries?: boolean;
  /** Number of VirtualServiceMerges of the first service's VirtualService, with one http route each. */
  merges?: number;
}

/** An env with the objects that it owns. */
export interface Owned {
  env: DynamicEnv;
  services: number[];
  children: KubeObject[];
}

/** A cluster in which every env has been ready for a while. */
export interface Scene {
  size: Size;
  config: DecisionConfig;
  owned: Owned[];
  services: ServiceObjects[];
  /** One VirtualService for each service, in the same order, with marks and injected routes. */
  virtualServices: VirtualService[];
  inventory: Inventory;
  injectionsOf(service: number): RouteInjection[];
  mergesOf(service: number): VirtualServiceMerge[];
}

/**
 * Creates the cluster by calling the service's own decisions: first all children, then plans and routes, then the
 * statuses.
 */
export function createScene(size: Size): Scene {
  const services = Array.from({ length: size.services }, (_, at) =>
    serviceObjects(at, size.routes, size.hasEntries === true && at === 0),
  );
  const owned = Array.from({ length: size.envs }, (_, at) => ownedBy(at, size, services));
  const byService = new Map<string, RouteInjection[]>();
  for (const injection of owned.flatMap(({ children }) => injectionsAmong(children))) {
    const { name } = injection.spec.deployment;
    byService.set(name, [...(byService.get(name) ?? []), injection]);
  }
  const injectionsOf = (at: number) => byService.get(serviceName(at)) ?? [];
  const merges = mergesInto(serviceName(0), size.merges ?? 0);
  const mergesOf = (at: number) => (at === 0 ? merges : []);
  const virtualServices = services.map(({ virtualService }, at) =>
    followed(virtualService as VirtualService, injectionsOf(at), CONFIG, mergesOf(at)),
  );
  const inventory = inventoryOf(services, virtualServices, owned);
  return {
    size,
    config: CONFIG,
    services,
    virtualServices,
    inventory,
    injectionsOf,
    mergesOf,
    owned: owned.map((one) => settled(one, virtualServices, services)),
  };
}

function ownedBy(at: number, size: Size, services: readonly ServiceObjects[]): Owned {
  const name = `env-${String(at).padStart(4, '0')}`;
  const chosen = servicesOf(at, size);
  const env = dynamicEnv(name, chosen, {
    ...(size.hasRefs
      ? { ref: `mp-${100 + at}` }
      : { istioMatches: matchesOf(size.isContested ? 'all' : name, size.matches ?? 1) }),
    ...(size.hasEntries ? { entries: [{ host: ENTRANCE.host }] } : {}),
  });
  const seen = inventoryOf(
    chosen.flatMap((index) => services[index] ?? []),
    [],
    [],
  );
  const created = decided(env, [], seen).children.map((one) => child(one, env));
  const children = decided(env, created, seen).children.map((one) => child(one, env));
  return { env, services: chosen, children };
}

/** The first `crowded` envs are on the first service. The others have two services each, spread evenly. */
function servicesOf(at: number, { services, crowded }: Size): number[] {
  if (at < crowded || services === 1) return [0];
  const first = 1 + ((2 * (at - crowded)) % (services - 1));
  return first + 1 < services ? [first, first + 1] : [first];
}

function matchesOf(env: string, count: number): IstioMatch[] {
  return Array.from({ length: count }, (_, at) => ({
    headers: { 'x-env': { exact: at === 0 ? env : `${env}-${at}` } },
  }));
}

/** The env with the status that it has when everything has been ready for a long time. */
function settled(
  one: Owned,
  virtualServices: readonly VirtualService[],
  services: readonly ServiceObjects[],
): Owned {
  const near = inventoryOf(
    one.services.flatMap((index) => services[index] ?? []),
    one.services.flatMap((index) => virtualServices[index] ?? []),
    [one],
  );
  const { status } = decided(one.env, one.children, near);
  const old = (status.conditions ?? []).map((condition) => ({
    ...condition,
    lastTransitionTime: '2026-01-01T11:00:00Z',
  }));
  const before = { ...one.env, status: { ...status, conditions: old } };
  const ready = decided(before, one.children, near).status;
  return { ...one, env: { ...one.env, status: { ...ready, observedGeneration: 1 } } };
}

function decided(env: DynamicEnv, children: readonly KubeObject[], inventory: Inventory) {
  const { parent: _parent, ...request } = compositeRequest(env, children, inventory, CONFIG);
  return syncEnv({ env, children: request.children, related: request.related }, [], CONFIG, NOW);
}

/**
 * The VirtualService after the decorator and the webhook have processed these injections and merges. Merges come in by two writes
 * (`nextTrial` in `virtualservice/merges/trial.ts`); the third one ends the trial.
 */
export function followed(
  virtualService: VirtualService,
  injections: readonly RouteInjection[],
  config: DecisionConfig,
  merges: readonly VirtualServiceMerge[] = [],
): VirtualService {
  const writes = Array.from({ length: merges.length > 0 ? 3 : 1 });
  return writes.reduce<VirtualService>((before) => {
    const marked = decorated(before, injections, config, merges);
    const { patch } = admit(
      {
        operation: 'UPDATE',
        username: config.metacontrollerUser,
        object: marked,
        oldObject: before,
      },
      config,
    );
    return applyJsonPatch(marked as never, patch as Operation[]) as unknown as VirtualService;
  }, virtualService);
}

/** The VirtualService as Metacontroller writes it after the decorator's answer. */
export function decorated(
  virtualService: VirtualService,
  injections: readonly RouteInjection[],
  config: DecisionConfig,
  merges: readonly VirtualServiceMerge[] = [],
): VirtualService {
  const merging = { merges, unknownGroups: [] };
  const { labels, annotations } = decorate(
    virtualService,
    injections,
    config,
    NOW,
    undefined,
    merging,
  );
  const { metadata } = virtualService;
  return {
    ...virtualService,
    metadata: {
      ...metadata,
      labels: changed(metadata.labels, labels),
      annotations: changed(metadata.annotations, annotations),
    },
  };
}

function changed(map: Record<string, string> | undefined, changes: Record<string, string | null>) {
  const entries = Object.entries({ ...map, ...changes });
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

export function injectionsAmong(objects: readonly KubeObject[]): RouteInjection[] {
  return objects.filter(({ kind }) => kind === 'RouteInjection') as RouteInjection[];
}

function inventoryOf(
  services: readonly ServiceObjects[],
  virtualServices: readonly VirtualService[],
  owned: readonly Owned[],
): Inventory {
  const children = owned.flatMap((one) => one.children);
  const clones = (kind: string) => children.filter((object) => object.kind === kind);
  return new Map<string, readonly KubeObject[]>([
    ['Deployment', [...services.map(({ deployment }) => deployment), ...clones('Deployment')]],
    ['Service', services.map(({ service }) => service)],
    ['DestinationRule', [...services.map(({ rule }) => rule), ...clones('DestinationRule')]],
    ['VirtualService', virtualServices],
  ]);
}
