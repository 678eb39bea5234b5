import { byText } from '../../k8s/canonical.ts';
import type { KubeObject } from '../../k8s/object.ts';

/**
 * The VirtualEnvironment that counts, if it is another one: the oldest of the namespace, and the first by name among those created
 * in the same second. One that is being deleted counts until it is gone, because its objects are still there.
 */
export function olderThan(
  own: KubeObject,
  environments: readonly KubeObject[],
): KubeObject | undefined {
  const [first] = environments
    .filter(({ metadata }) => metadata.name !== own.metadata.name)
    .concat(own)
    .sort(byAge);
  return first === own ? undefined : first;
}

/** The oldest first, then by name. */
export function byAge({ metadata: a }: KubeObject, { metadata: b }: KubeObject): number {
  return byText(a.creationTimestamp ?? '', b.creationTimestamp ?? '') || byText(a.name, b.name);
}
