import type { LocalObject } from '../object.ts';
import { type Metacontroller, syncOrRetry } from './controller.ts';
import type { Finalizer } from './finalizer.ts';
import type { Parents } from './parents.ts';
import { createWorkQueue } from './work-queue.ts';

/** A controller's parents that wait for a sync. A parent is skipped if the controller does not select it and has no finalizer on it. */
export interface ParentQueue {
  add(parent: LocalObject): void;
  /** As a hook's `resyncAfterSeconds`: 0 is never. */
  addAfter(parent: LocalObject, seconds: number): void;
}

/** Who waits until the cluster has settled does not wait for what is due later: an env may have to be looked at in some days. */
const LONG_SECONDS = 600;

/** `sync` gets the parent with the finalizer set or taken off; before that nothing else is done. */
export function createParentQueue(
  metacontroller: Metacontroller,
  parents: Parents,
  finalizer: Finalizer,
  sync: (parent: LocalObject) => Promise<void>,
): ParentQueue {
  const isConcerned = (parent: LocalObject): boolean =>
    parents.isSelected(parent) || finalizer.isOn(parent);

  const prepareAndSync = async (cached: LocalObject): Promise<void> => {
    if (!isConcerned(cached)) return;
    const parent = await finalizer.sync(cached);
    if (isConcerned(parent)) await sync(parent);
  };

  const queue = createWorkQueue(metacontroller.clock, async (key) => {
    const parent = parents.find(key);
    if (parent) {
      await syncOrRetry(metacontroller, queue, key, parent, () => prepareAndSync(parent));
    } else {
      queue.forget(key);
    }
  });

  return {
    add: (parent) => {
      if (isConcerned(parent)) queue.add(parents.keyOf(parent));
    },
    addAfter: (parent, seconds) => {
      if (seconds <= 0) return;
      const isLong = seconds > LONG_SECONDS;
      queue.addAfter(parents.keyOf(parent), seconds * 1000, isLong ? 'background' : undefined);
    },
  };
}
