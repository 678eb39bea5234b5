import {
  DRAINING_ANNOTATION,
  LAST_APPLIED_ANNOTATION,
  REPAIR_ANNOTATION,
} from '../../../api/marks.ts';
import type { KubeObject } from '../../../k8s/object.ts';
import { withAnnotation } from '../observed.ts';

/**
 * In server-side-apply mode Metacontroller applies a child again only if the desired object differs from the one it applied last,
 * or the spec changed: labels and annotations that somebody edited would stay edited. So while the drift is seen, the desired object
 * gets an annotation with the resourceVersion in which it was seen. (It is not kept longer: it would have to be read back
 * from an observation that may be older than the last write, and two values would replace each other for ever.)
 * A new draining time makes the object differ by itself.
 */
export function repaired<T extends KubeObject>(desired: T, observed: KubeObject | undefined): T {
  if (observed === undefined) return desired;
  if (observed.metadata.annotations?.[LAST_APPLIED_ANNOTATION] !== undefined) return desired;
  const { resourceVersion } = observed.metadata;
  if (resourceVersion === undefined || !hasDrifted(withoutNote(desired), observed)) return desired;
  return withAnnotation(desired, REPAIR_ANNOTATION, resourceVersion);
}

function withoutNote({ metadata, ...rest }: KubeObject): KubeObject {
  const { [DRAINING_ANNOTATION]: _since, ...annotations } = metadata.annotations ?? {};
  return { ...rest, metadata: { ...metadata, annotations } };
}

/** Has the observed object other labels or annotations than the desired one sets? */
export function hasDrifted(desired: KubeObject, observed: KubeObject): boolean {
  return (
    lacks(desired.metadata.labels, observed.metadata.labels) ||
    lacks(desired.metadata.annotations, observed.metadata.annotations)
  );
}

function lacks(
  wanted: Record<string, string> | undefined,
  present: Record<string, string> | undefined,
): boolean {
  return Object.entries(wanted ?? {}).some(([key, value]) => present?.[key] !== value);
}
