import { FOREGROUND, ORPHAN } from '../api-server/write-rules.ts';
import type { LocalObject } from '../object.ts';
import { atomicUpdate, doing, type Metacontroller, nameOf } from './controller.ts';

/** A controller's finalizer on its parents (pkg/controller/common/finalizer/finalizer.go). */
export interface Finalizer {
  isOn(parent: LocalObject): boolean;
  /** Adds it to a living parent, or takes it off where the controller has no finalize hook. Returns the parent as it is then. */
  sync(parent: LocalObject): Promise<LocalObject>;
  remove(parent: LocalObject): Promise<LocalObject>;
  without(parent: LocalObject): LocalObject;
  /** False where the garbage collector's finalizers are on it as well: then children are the collector's business. */
  shouldFinalize(parent: LocalObject): boolean;
}

/** `isEnabled`: the controller has a finalize hook. */
export function createFinalizer(
  metacontroller: Metacontroller,
  name: string,
  isEnabled: boolean,
): Finalizer {
  const isOn = (parent: LocalObject) => has(parent, name);
  const change = (parent: LocalObject, finalizers: string[]): LocalObject => {
    return { ...parent, metadata: { ...parent.metadata, finalizers } };
  };
  const added = (live: LocalObject): LocalObject | undefined =>
    isOn(live) ? undefined : change(live, [...(live.metadata.finalizers ?? []), name]);
  const without = (parent: LocalObject): LocalObject =>
    change(
      parent,
      (parent.metadata.finalizers ?? []).filter((one) => one !== name),
    );
  const removed = (live: LocalObject): LocalObject | undefined =>
    isOn(live) ? without(live) : undefined;
  return {
    isOn,
    without,
    sync: async (parent) => {
      if (isOn(parent) === isEnabled) return parent;
      if (isEnabled && parent.metadata.deletionTimestamp !== undefined) return parent;
      return doing(`can't sync finalizer for ${nameOf(parent)}`, () =>
        atomicUpdate(metacontroller, parent, isEnabled ? added : removed),
      );
    },
    remove: (parent) =>
      doing(`can't remove finalizer for ${nameOf(parent)}`, () =>
        atomicUpdate(metacontroller, parent, removed),
      ),
    shouldFinalize: (parent) =>
      isEnabled && isOn(parent) && !has(parent, FOREGROUND) && !has(parent, ORPHAN),
  };
}

function has({ metadata }: LocalObject, name: string): boolean {
  return metadata.finalizers?.includes(name) ?? false;
}
