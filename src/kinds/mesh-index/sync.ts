import { API_VERSION } from '../../api/marks.ts';
import { MESH_INDEX_FORMAT, MESH_INDEX_NAME, type MeshIndex } from '../../api/meshindex.ts';
import type { Refusal } from '../../crd/refusal.ts';
import type { ObjectMap } from '../../hooks/types.ts';
import type { DestinationRule } from '../../istio/types.ts';
import { byText } from '../../k8s/canonical.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Service } from '../../k8s/workload.ts';
import { encodeContent } from '../../mesh/index-content.ts';

/**
 * Below etcd's limit of 1.5 MiB for an object with all of its metadata (https://etcd.io/docs/latest/dev-guide/limit/).
 */
export const MAX_CONTENT_BYTES = 1024 * 1024;

/**
 * The index of a namespace's objects. A refusal when a kind was not sent: the index must not claim that there are no
 * objects of it.
 */
export function meshIndex(namespace: string, related: ObjectMap): MeshIndex | Refusal {
  const services = listOf<Service>(related['Service.v1']);
  const rules = listOf<DestinationRule>(related['DestinationRule.networking.istio.io/v1']);
  if (services === undefined || rules === undefined) {
    return {
      reason: 'Required',
      message: `the Services and DestinationRules of namespace ${namespace} were not sent: check that the controller ${MESH_INDEX_NAME} has its customize hook`,
    };
  }
  const content = encodeContent({ namespace, services, rules });
  if (content.length > MAX_CONTENT_BYTES) {
    return {
      reason: 'TooLarge',
      message: `the index of namespace ${namespace} would have ${content.length} bytes, but at most ${MAX_CONTENT_BYTES} can be stored. The old index stays and gets out of date: remove the namespace from indexedNamespaces`,
    };
  }
  return {
    apiVersion: API_VERSION,
    kind: 'MeshIndex',
    metadata: { name: MESH_INDEX_NAME, namespace },
    spec: {
      format: MESH_INDEX_FORMAT,
      services: services.length,
      destinationRules: rules.length,
      content,
    },
  };
}

function listOf<T extends KubeObject>(
  objects: Readonly<Record<string, KubeObject>> | undefined,
): T[] | undefined {
  if (objects === undefined) return undefined;
  return Object.entries(objects)
    .sort(([a], [b]) => byText(a, b))
    .map(([, object]) => object as T);
}
