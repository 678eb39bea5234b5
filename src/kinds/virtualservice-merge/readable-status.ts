import { wrongShape } from '../../api/foreign-shapes.ts';
import type { VirtualServiceMergeStatus } from '../../api/virtualservicemerge.ts';

/** The present status, from which the times of conditions are taken over. One that cannot be read counts as none. */
export function readableStatus({ status }: { status?: unknown }): VirtualServiceMergeStatus {
  const isReadable = wrongShape('VirtualServiceMergeStatus', status as object) === undefined;
  return isReadable ? (status as VirtualServiceMergeStatus) : {};
}
