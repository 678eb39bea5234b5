import { byteCache } from '../k8s/byte-cache.ts';
import { hash10 } from '../k8s/hash.ts';
import { memoizedByText } from '../k8s/memoize.ts';
import { MERGE_GROUPS, type MergeRef } from './virtualservicemerge.ts';

/**
 * The names of merged http routes: `virtual-service-merge-<namespace>_<merge>_<route>-<hash>`. Names of Kubernetes objects contain no
 * underscore, so the parts can be read back. The hash is of target, merge and route: a name proves by itself that it is ours, and a
 * route that was copied to another VirtualService is that VirtualService's own.
 */
const OURS = /^virtual-service-merge-([^_]+)_([^_]+)_(.*)-([0-9a-f]{10})$/s;
const START = 'virtual-service-merge-';

/** `hash10` joins its parts in the same way. */
const hashOfJoined = memoizedByText({ size: 4096, bytes: 2 ** 20 }, hash10);

function hashOf(target: string, { group, namespace, name }: MergeRef, route: string): string {
  return hashOfJoined(`${target}\n${group}\n${namespace}\n${name}\n${route}`);
}

/** `target`: the VirtualService as `namespace/name`. `route`: the route's own name, or its place in the patch. */
export function mergedRouteName(target: string, merge: MergeRef, route: string): string {
  const { namespace, name } = merge;
  return `${START}${namespace}_${name}_${route}-${hashOf(target, merge, route)}`;
}

/** The merge and the route that a name belongs to; undefined: it is no name of a merged route in this VirtualService. */
export function readMergedRouteName(
  name: unknown,
  target: string,
): { merge: MergeRef; route: string } | undefined {
  if (typeof name !== 'string' || !name.startsWith(START)) return undefined;
  const [, namespace = '', of = '', route = '', hash] = OURS.exec(name) ?? [];
  if (hash === undefined) return undefined;
  for (const group of MERGE_GROUPS) {
    const merge = { group, namespace, name: of };
    if (hashOf(target, merge, route) === hash) return { merge, route };
  }
  return undefined;
}

/** Is it the name of a route that this system merged into this VirtualService? */
export function isMergedRouteName(name: unknown, target: string): boolean {
  if (typeof name !== 'string' || !name.startsWith(START)) return false;
  if (targets.get(name) === target) return true;
  if (readMergedRouteName(name, target) === undefined) return false;
  targets.set(name, target, name.length + target.length);
  return true;
}

/** The VirtualService that a name was found to belong to: one call asks about the same names several times. */
const targets = byteCache<string>(2 ** 20, 4096);

/** Value of the label by which a VirtualService finds its merges. `target`: as `namespace/name`. */
export function targetLabelValue(target: string): string {
  return hash10(target);
}
