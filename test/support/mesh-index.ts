import type { MeshIndex } from '../../src/api/meshindex.ts';
import type { ObjectMap, RelatedRule } from '../../src/hooks/types.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { matchesSelector } from '../../src/k8s/selector.ts';
import { relatedToNamespace } from '../../src/kinds/mesh-index/customize.ts';
import { meshIndex } from '../../src/kinds/mesh-index/sync.ts';
import { objectMap } from './objects.ts';
import { DISCOVERY } from './own-kinds.ts';

/**
 * The related objects that Metacontroller would send for these rules, from a cluster with these objects and with a
 * MeshIndex in every namespace for which a rule asks for one.
 */
export function indexed(objects: ObjectMap, rules: readonly RelatedRule[]): ObjectMap {
  const all = Object.values(objects).flatMap((group) => Object.values(group));
  const namespaces = new Set(all.flatMap(({ metadata }) => metadata.namespace ?? []));
  const given = [...all, ...[...namespaces].flatMap((name) => keptIndex(name, all))];
  return selected(given, rules);
}

/** A Namespace and its MeshIndex, as the index controller creates it through Metacontroller. */
export function keptIndex(namespace: string, objects: readonly KubeObject[]): KubeObject[] {
  const index = meshIndex(namespace, selected(objects, relatedToNamespace(namespace)));
  if ('reason' in index) throw new Error(index.message);
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, kept(index)];
}

export function kept(index: MeshIndex): MeshIndex {
  const { namespace = '' } = index.metadata;
  return {
    ...index,
    metadata: {
      ...index.metadata,
      annotations: { 'metacontroller.k8s.io/decorator-controller': 'mesh-index' },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Namespace', name: namespace, uid: 'u', controller: true },
      ],
    },
  };
}

/** The objects that these related rules select. A group is present even if it is empty. */
function selected(objects: readonly KubeObject[], rules: readonly RelatedRule[]): ObjectMap {
  const map: ObjectMap = {};
  for (const { apiVersion, resource, namespace, names, labelSelector } of rules) {
    const kind = DISCOVERY.resourceOf(apiVersion, resource)?.kind;
    const chosen = objects.filter(
      (object) =>
        object.apiVersion === apiVersion &&
        object.kind === kind &&
        (namespace === undefined || object.metadata.namespace === namespace) &&
        (names === undefined || names.includes(object.metadata.name)) &&
        matchesSelector(labelSelector ?? {}, object.metadata.labels),
    );
    const key = `${kind}.${apiVersion}`;
    map[key] = { ...map[key], ...objectMap(chosen)[key] };
  }
  return map;
}
