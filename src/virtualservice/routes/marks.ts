import { ENV_LABEL_PREFIX, ENVS_ANNOTATION, PLAN_ANNOTATION } from '../../api/marks.ts';
import type { KubeObject } from '../../k8s/object.ts';

/** The annotations and labels that only Metacontroller's user may write on a VirtualService. */
export interface Marks {
  annotations: Record<string, string>;
  labels: Record<string, string>;
}

/** Value of an env's label while its routes are being removed. Admission removes the label in the write that removes the routes. */
export const LEAVING = 'leaving';

export function isMarkAnnotation(key: string): boolean {
  return key === PLAN_ANNOTATION || key === ENVS_ANNOTATION;
}

export function isMarkLabel(key: string): boolean {
  return key.startsWith(ENV_LABEL_PREFIX);
}

export function marksOf(object: KubeObject | null): Marks {
  return {
    annotations: pick(object?.metadata.annotations, isMarkAnnotation),
    labels: pick(object?.metadata.labels, isMarkLabel),
  };
}

function pick(
  map: Record<string, string> | undefined,
  keep: (key: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => keep(key)));
}
