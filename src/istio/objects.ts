import type { KubeObject } from '../k8s/object.ts';

export function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? 'default';
}

/** `namespace/name`, as Istio's own messages have it. */
export function nameOf(object: KubeObject): string {
  return `${namespaceOf(object)}/${object.metadata.name}`;
}

/**
 * Istio's order wherever several objects compete: the oldest first, within the same second by name, then by namespace
 * (istio `pilot/pkg/model/config.go`, configCompareByCreationTime). An object without a time is older than all others.
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
