import type { KubeObject } from '../k8s/object.ts';

export function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? 'default';
}

/** `namespace/name`, as in Istio's own messages. */
export function nameOf(object: KubeObject): string {
  return `${namespaceOf(object)}/${object.metadata.name}`;
}

/**
 * The order in which Istio prefers objects: the oldest first, within the same second by name, then by namespace (istio
 * `pilot/pkg/model/config.go`, configCompareByCreationTime). An object without a creationTimestamp counts as the
 * oldest.
 */
export function compareAge(a: KubeObject, b: KubeObject): number {
  return (
    createdAt(a) - createdAt(b) ||
    compareText(a.metadata.name, b.metadata.name) ||
    compareText(namespaceOf(a), namespaceOf(b))
  );
}

function createdAt({ metadata }: KubeObject): number {
  return metadata.creationTimestamp === undefined ? 0 : Date.parse(metadata.creationTimestamp);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
