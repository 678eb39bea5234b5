import { jsonEqual } from '../../../k8s/canonical.ts';
import type { KubeObject } from '../../../k8s/object.ts';
import { allChildren, childKey, isBeingDeleted, type Observed } from '../observed.ts';
import { hasDrifted } from './repair.ts';

/** Children by `Kind namespace/name`. */
export interface Changes {
  created: string[];
  updated: string[];
  deleted: string[];
}

/** What Metacontroller will do to an env's children if `desired` is the answer. */
export function changesOf(observed: Observed, desired: readonly KubeObject[]): Changes {
  const before = new Map(allChildren(observed).map((child) => [childKey(child), child]));
  const wanted = new Set(desired.map(childKey));
  return {
    created: [...wanted].filter((key) => !before.has(key)),
    updated: desired.filter((child) => differs(child, before.get(childKey(child)))).map(childKey),
    deleted: [...before]
      .filter(([key, child]) => !wanted.has(key) && !isBeingDeleted(child))
      .map(([key]) => key),
  };
}

function differs(desired: KubeObject, observed: KubeObject | undefined): boolean {
  if (observed === undefined) return false;
  return hasDrifted(desired, observed) || hasOtherSpec(desired, observed);
}

/** The API server adds defaults to a Deployment's spec, so it is compared by the hash in its annotation (see `hasDrifted`). */
function hasOtherSpec(desired: KubeObject, observed: KubeObject): boolean {
  return desired.kind !== 'Deployment' && !jsonEqual(specOf(desired), specOf(observed));
}

function specOf(object: KubeObject): unknown {
  return (object as KubeObject & { spec?: unknown }).spec;
}
