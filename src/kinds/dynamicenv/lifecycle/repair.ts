import {
  DRAINING_ANNOTATION,
  LAST_APPLIED_ANNOTATION,
  REPAIR_ANNOTATION,
} from '../../../api/marks.ts';
import type { KubeObject } from '../../../k8s/object.ts';
import { withAnnotation } from '../observed.ts';

/**
 * Server-side-apply mode applies a child again only when the desired object differs from the one it applied last, or
 * the spec changed: labels and annotations that somebody edited would stay edited. So the desired object is made to
 * differ, by the resourceVersion in which the drift was seen, and no longer than it is seen. (A note that is kept would
 * have to be read back from an observation that is behind the last write: two notes then chase each other for ever.)
 * A time that is noted anew makes it differ by itself.
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
