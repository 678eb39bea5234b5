import type { Change, Store } from '../api-server/store.ts';
import type { Clock } from '../clock.ts';
import type { ServedKind } from '../kinds.ts';
import { type LocalObject, qualifiedName } from '../object.ts';

type Listener = (change: Change) => void | Promise<void>;

/** The cache of a watching client: it sees every write a little later, in order within a kind. */
export interface Informers {
  get(kind: ServedKind, name: string): LocalObject | undefined;
  /** Sorted by name. */
  list(kind: ServedKind): LocalObject[];
  onChange(listener: Listener): void;
}

/** `delay`: milliseconds until a write of this kind is seen. Other kinds may be seen earlier or later. */
export function createInformers(
  clock: Clock,
  store: Store,
  delay: (kind: ServedKind) => number,
): Informers {
  const caches = new Map<ServedKind, Map<string, LocalObject>>();
  const lastDelivery = new Map<ServedKind, number>();
  const listeners: Listener[] = [];

  const cacheOf = (kind: ServedKind): Map<string, LocalObject> => {
    const found = caches.get(kind) ?? new Map<string, LocalObject>();
    caches.set(kind, found);
    return found;
  };

  const deliver = async (kind: ServedKind, object: LocalObject, isGone: boolean): Promise<void> => {
    const cache = cacheOf(kind);
    const name = qualifiedName(object);
    const before = cache.get(name);
    if (isGone) cache.delete(name);
    else cache.set(name, object);
    const old = before === undefined ? {} : { before };
    const change: Change = isGone ? { kind, before: object } : { kind, ...old, after: object };
    for (const listener of listeners) await listener(change);
  };

  store.onChange(({ kind, before, after }) => {
    const object = after ?? before;
    if (!object) return;
    const now = clock.milliseconds();
    const at = Math.max(now + delay(kind), lastDelivery.get(kind) ?? 0);
    lastDelivery.set(kind, at);
    clock.after(at - now, () => deliver(kind, object, after === undefined));
  });

  return {
    get: (kind, name) => cacheOf(kind).get(name),
    list: (kind) =>
      [...cacheOf(kind).entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object),
    onChange: (listener) => {
      listeners.push(listener);
    },
  };
}
