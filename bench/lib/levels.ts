import { CONTROLLER_UID_LABEL } from '../../src/api/marks.ts';
import type { VirtualEnvironment } from '../../src/api/virtualenvironment.ts';
import { DECISION_FLAGS } from '../../src/config.ts';
import { readFlags } from '../../src/flags.ts';
import type { CompositeResponse } from '../../src/hooks/types.ts';
import { canonicalJson } from '../../src/k8s/canonical.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { VIRTUAL_ENVIRONMENT_CONTROLLER } from '../../src/kinds/virtual-environment/controller.ts';
import { relatedToNamespace } from '../../src/kinds/virtual-environment/customize.ts';
import { syncVirtualEnvironment } from '../../src/kinds/virtual-environment/sync.ts';
import { controllerObject } from '../../src/simulator/metacontroller/controller-object.ts';
import type { Call } from './calls.ts';
import { groups, related, servedKinds } from './requests.ts';
import { NAMESPACE, running, serviceName, serviceObjects } from './shop.ts';
import { ago, applied, NOW, stored } from './stored.ts';

/** A namespace with a VirtualEnvironment. */
export interface LevelsSize {
  services: number;
  /** Versions of each Service, the default one included: `dev`, `dev.v1`, … */
  versions: number;
  /** Versions are below each other, `dev.v1.v2`, instead of beside each other. */
  isDeep?: boolean;
  autoInject?: boolean;
}

const CONTROLLER = controllerObject(VIRTUAL_ENVIRONMENT_CONTROLLER, 3, ago(90_000));
const SETTLED_AFTER = [3600, 3500, 3400, 3300, 3200, 3100];

/** The sync and finalize calls of the namespace when everything is in effect, and the sync that begins it. */
export function levelCalls(size: LevelsSize): Call[] {
  const parent = environment(size);
  const objects = namespaceObjects(size);
  const children = settled(parent, objects);
  const deletionTimestamp = ago(5);
  const leaving = { ...parent, metadata: { ...parent.metadata, deletionTimestamp } };
  const idle = {
    ...parent,
    status: decide(parent, objects, children, NOW).status,
  } as typeof parent;
  return [
    call('sync', 'idle', requestOf(idle, objects, children)),
    call('sync', 'activation', requestOf(parent, objects, [])),
    call('finalize', 'removal', requestOf(leaving, objects, children)),
  ];
}

function call(hook: 'sync' | 'finalize', state: Call['state'], body: object): Call {
  return { hook, state, url: `/virtual-environment/${hook}`, text: canonicalJson(body) };
}

function environment({ autoInject = false }: LevelsSize): VirtualEnvironment {
  return applied({
    apiVersion: 'env.alibaba.com/v1alpha2',
    kind: 'VirtualEnvironment',
    metadata: { name: 'levels', namespace: NAMESPACE },
    spec: {
      envHeader: { name: 'x-virtual-env', autoInject },
      envLabel: { name: 'virtual-env', splitter: '.', defaultSubset: 'dev' },
    },
  } as KubeObject) as unknown as VirtualEnvironment;
}

function namespaceObjects({ services, versions, isDeep = false }: LevelsSize): KubeObject[] {
  return Array.from({ length: services }, (_, at) => {
    const { deployment, service } = serviceObjects(at);
    const values = Array.from({ length: versions }, (_v, level) => versionOf(level, isDeep));
    return [service, ...values.map((value) => workload(deployment, serviceName(at), value))];
  }).flat();
}

function versionOf(level: number, isDeep: boolean): string {
  if (level === 0) return 'dev';
  const numbers = Array.from({ length: level }, (_, at) => at + 1);
  return isDeep ? `dev.${numbers.join('.')}` : `dev.v${level}`;
}

function workload(base: KubeObject, name: string, value: string): KubeObject {
  const { spec } = base as unknown as { spec: { template: { metadata: { labels: object } } } };
  const labels = { ...spec.template.metadata.labels, 'virtual-env': value };
  const template = { ...spec.template, metadata: { labels } };
  const metadata = { name: `${name}-${value.replaceAll('.', '-')}`, namespace: NAMESPACE };
  return running(
    applied({ ...base, metadata, spec: { ...spec, template }, status: undefined } as KubeObject),
  );
}

/** The children after all stages, as Metacontroller stored them. */
function settled(parent: VirtualEnvironment, objects: readonly KubeObject[]): KubeObject[] {
  return SETTLED_AFTER.reduce<KubeObject[]>((children, seconds) => {
    const now = new Date(NOW.getTime() - seconds * 1000);
    return decide(parent, objects, children, now).children.map((child) => asChild(child, parent));
  }, []);
}

function asChild(child: KubeObject, { metadata, apiVersion, kind }: KubeObject): KubeObject {
  const { name, uid } = metadata;
  const owner = { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
  const labels = { ...child.metadata.labels, [CONTROLLER_UID_LABEL]: uid };
  const object = stored(
    { ...child, metadata: { ...child.metadata, labels } } as KubeObject,
    'metacontroller',
    'Apply',
    3600,
  );
  return { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } } as KubeObject;
}

function decide(
  parent: VirtualEnvironment,
  objects: readonly KubeObject[],
  children: readonly KubeObject[],
  now: Date,
): CompositeResponse {
  const request = requestOf(parent, objects, children);
  const answer = syncVirtualEnvironment(request, [], readFlags(DECISION_FLAGS, [], {}), now);
  if ('reason' in answer) throw new Error(answer.message);
  return answer;
}

function requestOf(
  parent: VirtualEnvironment,
  objects: readonly KubeObject[],
  children: readonly KubeObject[],
) {
  const inventory = Map.groupBy([...objects, ...children, parent], ({ kind }) => kind);
  return {
    controller: CONTROLLER,
    parent,
    children: groups(children, servedKinds(VIRTUAL_ENVIRONMENT_CONTROLLER.childResources)),
    related: related(relatedToNamespace(NAMESPACE), inventory),
    finalizing: parent.metadata.deletionTimestamp !== undefined,
  };
}
