import { DECORATOR_ANNOTATION } from '../../src/api/marks.ts';
import { MESH_INDEX_NAME } from '../../src/api/meshindex.ts';
import { canonicalJson } from '../../src/k8s/canonical.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { meshIndexController } from '../../src/kinds/mesh-index/controller.ts';
import { relatedToNamespace } from '../../src/kinds/mesh-index/customize.ts';
import { meshIndex } from '../../src/kinds/mesh-index/sync.ts';
import { controllerObject } from '../../src/simulator/metacontroller/controller-object.ts';
import type { Call } from './calls.ts';
import { groups, related } from './requests.ts';
import type { Scene } from './scene.ts';
import { NAMESPACE } from './shop.ts';
import { ago, applied, KINDS, stored } from './stored.ts';

const CONTROLLER = controllerObject(meshIndexController([NAMESPACE]), 3, ago(90_000));

const namespace = applied({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: NAMESPACE, labels: { 'kubernetes.io/metadata.name': NAMESPACE } },
});

/** The index as Metacontroller stores it (server-side apply). */
function indexOf({ inventory }: Pick<Scene, 'inventory'>): KubeObject {
  const index = meshIndex(NAMESPACE, related(relatedToNamespace(NAMESPACE), inventory));
  if ('reason' in index) throw new Error(index.message);
  const { apiVersion, kind, metadata } = namespace;
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' };
  const marked = {
    ...index.metadata,
    annotations: { [DECORATOR_ANNOTATION]: MESH_INDEX_NAME },
    ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
  };
  return stored({ ...index, metadata: marked }, 'metacontroller', 'Apply', 3000);
}

/** The same cluster with a MeshIndex. Envs read it instead of the namespace's Services and DestinationRules. */
export function withIndex(scene: Scene, config: Scene['config']): Scene {
  const inventory = new Map([
    ...scene.inventory,
    ['Namespace', [namespace]] as const,
    ['MeshIndex', [indexOf(scene)]] as const,
  ]);
  return { ...scene, config, inventory };
}

/** The sync call of the MeshIndex's DecoratorController when nothing has changed. */
export function indexCall(scene: Scene): Call {
  const body = {
    controller: CONTROLLER,
    object: namespace,
    attachments: groups([indexOf(scene)], [KINDS.kindNamed('MeshIndex')]),
    related: related(relatedToNamespace(NAMESPACE), scene.inventory),
    finalizing: false,
  };
  return { hook: 'decorator', state: 'idle', url: '/mesh-index/sync', text: canonicalJson(body) };
}
