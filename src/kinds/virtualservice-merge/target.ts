import { wrongShape } from '../../api/foreign-shapes.ts';
import { targetLabelValue } from '../../api/merged-route-name.ts';
import { targetOf, type VirtualServiceMerge } from '../../api/virtualservicemerge.ts';
import type { KubeObject } from '../../k8s/object.ts';

/** The VirtualService that a merge names. */
export interface Target {
  namespace: string;
  name: string;
}

/** Undefined: the merge names none, or cannot be read. `object`: a VirtualServiceMerge of any shape. */
export function readTarget(object: KubeObject): Target | undefined {
  if (wrongShape('VirtualServiceMerge', object) !== undefined) return undefined;
  const target = targetOf(object as VirtualServiceMerge);
  if (target === undefined) return undefined;
  const slash = target.indexOf('/');
  return { namespace: target.slice(0, slash), name: target.slice(slash + 1) };
}

/** `shop/backend` */
export function targetText({ namespace, name }: Target): string {
  return `${namespace}/${name}`;
}

/** The value of the label by which the VirtualService finds the merge; undefined: it must have none. */
export function labelOf(object: KubeObject): string | undefined {
  const target = readTarget(object);
  return target && targetLabelValue(targetText(target));
}
