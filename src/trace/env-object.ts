import { DYNAMIC_ENV_LABEL, ENVS_ANNOTATION, isTrue } from '../api/marks.ts';
import type { KubeObject } from '../k8s/object.ts';

/** True if it was created for an env. */
export function isEnvObject({ metadata }: KubeObject): boolean {
  return isTrue(metadata.labels?.[DYNAMIC_ENV_LABEL]);
}

/** The env of a clone; undefined for other objects. */
export function envOfObject(object: KubeObject): string | undefined {
  return isEnvObject(object) ? object.metadata.annotations?.[ENVS_ANNOTATION] : undefined;
}
