import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalObject } from '../../../src/simulator/object.ts';
import type { Api } from '../control-plane/api.ts';
import { follow, type WatchEvent } from '../control-plane/watch.ts';
import { COLLECTIONS } from './kinds.ts';

/** Maximum delay of a watch: an event may arrive this much later than a newer event of another watch. */
const HOLD_MS = 250;

/** One stored write. */
export interface Write {
  type: WatchEvent<LocalObject>['type'];
  object: LocalObject;
  /** When the event arrived, in milliseconds since 1970. */
  seenAt: number;
}

export type Listener = (objects: LocalObject[], write: Write) => void;

export interface History {
  /**
   * Calls the listener for each write with a resource version above `from`, with all objects as they were directly
   * after that write. Returns a function that stops this.
   */
  watch(from: number, listener: Listener): () => void;
  /** Waits until all writes that were stored before this call are reported. */
  caughtUp(): Promise<void>;
  stop(): void;
}

/**
 * Reports every write of the kinds that scenarios use, in the order in which they were stored. There is one watch per
 * kind. The events of all watches are sorted by resource version, which is one counter for all kinds.
 */
export async function followHistory(api: Api): Promise<History> {
  const objects = new Map<string, LocalObject>();
  const waiting: Write[] = [];
  const listeners = new Set<{ from: number; listener: Listener }>();
  let isReading = true;
  const tell = (write: Write) => {
    const { uid = '' } = write.object.metadata;
    if (write.type === 'DELETED') objects.delete(uid);
    else objects.set(uid, write.object);
    if (isReading || listeners.size === 0) return;
    const all = [...objects.values()];
    for (const { from, listener } of listeners) {
      if (versionOf(write.object) > from) listener(all, write);
    }
  };
  const tellUntil = (time: number) => {
    waiting.sort((one, other) => versionOf(one.object) - versionOf(other.object));
    while (waiting[0] !== undefined && waiting[0].seenAt <= time) {
      const next = waiting.shift();
      if (next !== undefined) tell(next);
    }
  };
  const unfollows = await Promise.all(
    COLLECTIONS.map(({ path, apiVersion, kind }) =>
      follow<LocalObject>(api, path, ({ type, object }) => {
        waiting.push({ type, object: { ...object, apiVersion, kind }, seenAt: Date.now() });
      }),
    ),
  );
  tellUntil(Number.POSITIVE_INFINITY);
  isReading = false;
  const timer = setInterval(() => tellUntil(Date.now() - HOLD_MS), HOLD_MS / 5);
  timer.unref();
  return {
    watch: (from, listener) => {
      const entry = { from, listener };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
    caughtUp: async () => {
      if (listeners.size === 0) return;
      await sleep(HOLD_MS);
      tellUntil(Number.POSITIVE_INFINITY);
    },
    stop: () => {
      clearInterval(timer);
      for (const unfollow of unfollows) unfollow();
    },
  };
}

/** The resource version as a number. The API does not promise a number, but with etcd it is an increasing one. */
function versionOf({ metadata }: LocalObject): number {
  return Number(metadata.resourceVersion);
}
