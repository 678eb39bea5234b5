import { DECORATOR_ANNOTATION } from '../api/marks.ts';
import { MESH_INDEX_FORMAT, MESH_INDEX_NAME, type MeshIndex } from '../api/meshindex.ts';
import type { KubeObject } from '../k8s/object.ts';
import { decodeContent, type MeshContent } from './index-content.ts';

/** A namespace's content from its index; or a message for people: why the index cannot be used, and what to do. */
export function readMeshIndex(
  namespace: string,
  object: KubeObject | undefined,
): MeshContent | { problem: string } {
  const name = `MeshIndex ${namespace}/${MESH_INDEX_NAME}`;
  if (object === undefined) {
    return {
      problem: `${name}, through which this namespace is read, is missing; see the events of Namespace ${namespace}, and whether the DecoratorController ${MESH_INDEX_NAME} is installed and selects it; or take the namespace out of indexedNamespaces`,
    };
  }
  // Without these marks its controller does not manage it, and its content would never change again.
  if (!isKept(object, namespace)) {
    return {
      problem: `${name} is not managed by Metacontroller; delete it, and it is created again`,
    };
  }
  const { format, content } = (object as Partial<MeshIndex>).spec ?? {};
  if (format !== MESH_INDEX_FORMAT) {
    return {
      problem: `${name} has format ${format}, and this version reads ${MESH_INDEX_FORMAT}; wait until all pods of this service run the same version, or delete it, and it is created again`,
    };
  }
  const decoded = typeof content === 'string' ? decodeContent(content).content : undefined;
  if (decoded?.namespace !== namespace) {
    return { problem: `${name} cannot be read; delete it, and it is created again` };
  }
  return decoded;
}

function isKept({ metadata }: KubeObject, namespace: string): boolean {
  const { annotations, ownerReferences = [] } = metadata;
  return (
    annotations?.[DECORATOR_ANNOTATION] === MESH_INDEX_NAME &&
    ownerReferences.some(
      ({ kind, name, controller }) =>
        kind === 'Namespace' && name === namespace && controller === true,
    )
  );
}
