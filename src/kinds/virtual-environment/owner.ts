import { CONTROLLER_UID_LABEL } from '../../api/marks.ts';
import { controllerOf } from '../../k8s/controller-of.ts';
import type { KubeObject } from '../../k8s/object.ts';

/**
 * The uid of the parent to which Metacontroller counts an object: its controller, if the object has the parent's label, too. Without
 * the label Metacontroller releases it (`generateSelector`).
 */
export function controllerUid(object: KubeObject): string | undefined {
  const owner = controllerOf(object)?.uid;
  return owner !== undefined && object.metadata.labels?.[CONTROLLER_UID_LABEL] === owner
    ? owner
    : undefined;
}
