import {
  MERGE_GROUPS,
  MERGE_KIND,
  MERGE_RESOURCE,
  type MergeCondition,
  type MergeConditionType,
  type MergeRef,
  mergeRefOf,
  type VirtualServiceMerge,
} from '../../api/virtualservicemerge.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { qualifiedName } from '../../simulator/object.ts';
import { isEnvironment } from './environments.ts';

export function isMerge(object: KubeObject): object is VirtualServiceMerge {
  return object.kind === MERGE_KIND && MERGE_GROUPS.some((group) => group === groupOf(object));
}

function groupOf(object: KubeObject): string {
  return mergeRefOf(object).group;
}

/** The kind of an object, as the in-memory cluster takes it. Two API groups have a VirtualServiceMerge. */
export function kindName(object: KubeObject): string {
  return isMerge(object) ? `${MERGE_RESOURCE}.${groupOf(object)}` : object.kind;
}

/** `Deployment shop/backend`. For a merge of the second API group the kind has the group, as in kubectl. */
export function fullName(object: KubeObject): string {
  const isSecond = isMerge(object) && groupOf(object) !== MERGE_GROUPS[0];
  const kind = isSecond ? `${MERGE_KIND}.${groupOf(object)}` : object.kind;
  // The manifest of a cluster-scoped object may name a namespace, which an API server ignores.
  const isInCluster = kind === 'DynamicEnv' || isEnvironment(object);
  return `${kind} ${isInCluster ? object.metadata.name : qualifiedName(object)}`;
}

/** `services/payment-service-mp-101`; a merge of the second API group also has that. */
export function mergeName({ group, namespace, name }: MergeRef): string {
  return `${namespace}/${name}${group === MERGE_GROUPS[0] ? '' : ` of ${group}`}`;
}

export function mergeCondition(
  { status }: VirtualServiceMerge,
  type: MergeConditionType,
): MergeCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** For the present spec, as `observedGeneration` says. */
export function isMerged(merge: VirtualServiceMerge): boolean {
  const { metadata, status } = merge;
  return (
    metadata.deletionTimestamp === undefined &&
    mergeCondition(merge, 'Merged')?.status === 'True' &&
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}
