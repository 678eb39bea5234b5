import type { KubeObject, OwnerReference } from './object.ts';

/** The controlling owner, if the object has one (metav1.GetControllerOf). */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}
