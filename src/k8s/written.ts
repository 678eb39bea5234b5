import type { KubeObject } from './object.ts';

/**
 * When somebody last changed the object other than its status (RFC 3339). The API server records this time for each
 * writer in managedFields (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management).
 * Undefined where the object was sent without managedFields.
 */
export function lastWritten({ metadata }: KubeObject): string | undefined {
  const times = (metadata.managedFields ?? [])
    .filter(({ subresource }) => !subresource)
    .flatMap(({ time }) => (time === undefined || Number.isNaN(Date.parse(time)) ? [] : [time]));
  return times.sort((a, b) => Date.parse(b) - Date.parse(a))[0];
}
