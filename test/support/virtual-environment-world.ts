import { CONTROLLER_UID_LABEL } from '../../src/api/marks.ts';
import type {
  VirtualEnvironment,
  VirtualEnvironmentSpec,
} from '../../src/api/virtualenvironment.ts';
import type { CompositeResponse, ObjectMap } from '../../src/hooks/types.ts';
import type { DestinationRule, VirtualService } from '../../src/istio/types.ts';
import type { KubeObject, ObjectMeta } from '../../src/k8s/object.ts';
import type { Service } from '../../src/k8s/workload.ts';
import type { VirtualEnvironmentSettings } from '../../src/kinds/virtual-environment/settings.ts';
import {
  finalizeVirtualEnvironment,
  syncVirtualEnvironment,
} from '../../src/kinds/virtual-environment/sync.ts';
import type { Workload } from '../../src/kinds/virtual-environment/types.ts';
import { CONFIG, NOW } from './objects.ts';

const NAMESPACE = 'shop';
const ISTIO = 'networking.istio.io/v1';
export const UID = 'uid-of-levels';

export function environment(
  spec: VirtualEnvironmentSpec = {},
  metadata: Partial<ObjectMeta> = {},
): VirtualEnvironment {
  return {
    apiVersion: 'env.alibaba.com/v1alpha2',
    kind: 'VirtualEnvironment',
    metadata: {
      name: 'levels',
      namespace: NAMESPACE,
      uid: UID,
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec,
  };
}

export function levelService(name: string, spec: Service['spec'] = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80 }], ...spec },
  };
}

/** A workload of Service `app`, ready or not, for all of its pods. */
export function levelWorkload(
  app: string,
  value: string,
  {
    isReady = true,
    isLeaving = false,
    labels = {} as Record<string, string>,
    kind = 'Deployment',
  } = {},
): Workload {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: {
      name: `${app}-${value}`,
      namespace: NAMESPACE,
      generation: 1,
      ...(isLeaving ? { annotations: { 'riskified.com/leaving': 'true' } } : {}),
    },
    spec: {
      replicas: 1,
      template: { metadata: { labels: { app, 'virtual-env': value, ...labels } } },
    },
    status: {
      observedGeneration: 1,
      replicas: 1,
      updatedReplicas: 1,
      ...(isReady ? { readyReplicas: 1 } : {}),
    },
  };
}

/** A namespace with one VirtualEnvironment, as Metacontroller sees it. Answers are applied at once and as a whole. */
export interface World {
  parent: VirtualEnvironment;
  services: Service[];
  workloads: Workload[];
  /** Own children, as they are stored. */
  virtualServices: Map<string, VirtualService>;
  rules: Map<string, DestinationRule>;
  /** Objects of others. */
  foreign: KubeObject[];
  now: Date;
  config: VirtualEnvironmentSettings;
}

export function world(parts: Partial<World> = {}): World {
  return {
    parent: environment({ envLabel: { defaultSubset: 'dev' } }),
    services: [],
    workloads: [],
    virtualServices: new Map(),
    rules: new Map(),
    foreign: [],
    now: NOW,
    config: CONFIG,
    ...parts,
  };
}

function grouped(objects: readonly KubeObject[]): ObjectMap {
  const empty = ['Service.v1', 'Deployment.apps/v1', 'StatefulSet.apps/v1'];
  const istio = [`VirtualService.${ISTIO}`, `DestinationRule.${ISTIO}`];
  const keys = [...empty, ...istio, 'VirtualEnvironment.env.alibaba.com/v1alpha2'];
  const groups: ObjectMap = Object.fromEntries(keys.map((key) => [key, {}]));
  for (const object of objects) {
    const group = groups[`${object.kind}.${object.apiVersion}`] ?? {};
    group[`${object.metadata.namespace}/${object.metadata.name}`] = object;
  }
  return groups;
}

export function requestOf(world: World) {
  const { parent, services, workloads, virtualServices, rules, foreign } = world;
  const own = [...virtualServices.values(), ...rules.values()];
  const all = grouped([...services, ...workloads, ...own, ...foreign, parent]);
  const children = grouped(own);
  return {
    parent,
    children: {
      [`VirtualService.${ISTIO}`]: children[`VirtualService.${ISTIO}`] ?? {},
      [`DestinationRule.${ISTIO}`]: children[`DestinationRule.${ISTIO}`] ?? {},
    },
    related: all,
  };
}

/** The answer of the hook. Throws where the request is refused. */
export function answerOf(world: World): CompositeResponse {
  const isLeaving = world.parent.metadata.deletionTimestamp !== undefined;
  const request = requestOf(world);
  const answer = isLeaving
    ? finalizeVirtualEnvironment(request, world.config, world.now)
    : syncVirtualEnvironment(request, [], world.config, world.now);
  if ('reason' in answer) throw new Error(answer.message);
  return answer;
}

/** The world after this answer. */
export function applied(world: World, { children, status }: CompositeResponse): World {
  const stored = children.map((child) => ({
    ...child,
    metadata: {
      ...child.metadata,
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { [CONTROLLER_UID_LABEL]: UID },
      ownerReferences: [{ ...OWNER, name: world.parent.metadata.name }],
    },
  }));
  const of = (kind: string) =>
    stored.filter((child) => child.kind === kind).map((child) => [child.metadata.name, child]);
  return {
    ...world,
    parent: { ...world.parent, ...(status && { status }) },
    virtualServices: new Map(of('VirtualService') as [string, VirtualService][]),
    rules: new Map(of('DestinationRule') as [string, DestinationRule][]),
  };
}

const OWNER = {
  apiVersion: 'env.alibaba.com/v1alpha2',
  kind: 'VirtualEnvironment',
  uid: UID,
  controller: true,
};

export function later(world: World, seconds: number): World {
  return { ...world, now: new Date(world.now.getTime() + seconds * 1000) };
}

/** Syncs until nothing changes any more, over the waits that the answers ask for. */
export function settled(world: World, limit = 30): World {
  let current = world;
  for (let step = 0; step < limit; step += 1) {
    const answer = answerOf(current);
    const next = applied(current, answer);
    const isSame = JSON.stringify(contentOf(next)) === JSON.stringify(contentOf(current));
    if (isSame && answer.resyncAfterSeconds === undefined) return next;
    current = later(next, isSame ? (answer.resyncAfterSeconds ?? 0) : 0);
  }
  throw new Error('it does not come to rest');
}

function contentOf({ virtualServices, rules, parent }: World) {
  return [[...virtualServices], [...rules], parent.status];
}
