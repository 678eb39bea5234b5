import type { KubeObject } from './object.ts';

/**
 * When somebody last changed the object, its status apart (RFC 3339): the API server notes it for each writer
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management). Undefined where the notes were
 * left out.
 */
export function lastWritten({ metadata }: KubeObject): string | undefined {
  const times = (metadata.managedFields ?? [])
    .filter(({ subresource }) => !subresource)
    .flatMap(({ time }) => (time === undefined || Number.isNaN(Date.parse(time)) ? [] : [time]));
  return times.sort((a, b) => Date.parse(b) - Date.parse(a))[0];
}
