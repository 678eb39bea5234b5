import { wrongShape } from '../../api/foreign-shapes.ts';
import type { VirtualServiceMergeStatus } from '../../api/virtualservicemerge.ts';
import { isMap } from '../../k8s/json-map.ts';

/** The present status, from which the times of conditions are taken over. One that cannot be read counts as none. */
export function readableStatus({ status }: { status?: unknown }): VirtualServiceMergeStatus {
  const isReadable = isMap(status) && wrongShape('VirtualServiceMergeStatus', status) === undefined;
  return isReadable ? (status as VirtualServiceMergeStatus) : {};
}
