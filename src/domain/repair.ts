import { LAST_APPLIED_ANNOTATION, REPAIR_ANNOTATION } from '../api/marks.ts';
import type { KubeObject } from '../k8s/object.ts';
import { withAnnotation } from './observed.ts';

/**
 * Server-side-apply mode applies a child again only when the desired object differs from the one it applied last, or
 * the spec changed: labels and annotations that somebody edited would stay edited. So the desired object is made to
 * differ, by the resourceVersion in which the drift was seen, and stays like that until the next drift.
 */
export function repaired<T extends KubeObject>(desired: T, observed: KubeObject | undefined): T {
  if (observed === undefined) return desired;
  if (observed.metadata.annotations?.[LAST_APPLIED_ANNOTATION] !== undefined) return desired;
  const mark = hasDrifted(desired, observed)
    ? observed.metadata.resourceVersion
    : observed.metadata.annotations?.[REPAIR_ANNOTATION];
  return mark === undefined ? desired : withAnnotation(desired, REPAIR_ANNOTATION, mark);
}

function hasDrifted(desired: KubeObject, observed: KubeObject): boolean {
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
