import { isMap } from '../object.ts';
import { type ListOrder, liveFirst } from './list-order.ts';

type Fields = Record<string, unknown>;

/**
 * Which members identify the items of the list `field`; undefined: the list is replaced as a whole.
 * `lists` are its known values: the live one, the one applied last, and the desired one.
 */
export type ListKeys = (
  field: string,
  lists: readonly (readonly unknown[])[],
) => readonly string[] | undefined;

/**
 * Merges as `kubectl apply` does: applies the difference between `last` and `desired` to `live`. What was applied last
 * and is not desired any more is removed; what others added stays.
 * https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/#merge-patch-calculation
 */
export function threeWayMerge(
  live: Fields,
  last: Fields,
  desired: Fields,
  keys: ListKeys,
  order: ListOrder = liveFirst,
): Fields {
  return mergeMaps(live, last, desired, { keys, order });
}

/** How lists are merged. */
interface Lists {
  keys: ListKeys;
  order: ListOrder;
}

function mergeMaps(live: Fields, last: Fields, desired: Fields, lists: Lists): Fields {
  // No plain assignment: a label may be named `constructor`, a header `__proto__`.
  const merged = new Map(Object.entries(live));
  for (const key of Object.keys(last)) if (!Object.hasOwn(desired, key)) merged.delete(key);
  for (const [key, value] of Object.entries(desired)) {
    merged.set(key, mergeValues(key, own(live, key), own(last, key), value, lists));
  }
  return Object.fromEntries(merged);
}

function own(map: Fields, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function mergeValues(
  field: string,
  live: unknown,
  last: unknown,
  desired: unknown,
  lists: Lists,
): unknown {
  if (isMap(live)) {
    return mergeMaps(live, isMap(last) ? last : {}, isMap(desired) ? desired : {}, lists);
  }
  if (!Array.isArray(live)) return desired;
  const lastList = Array.isArray(last) ? last : [];
  const desiredList = Array.isArray(desired) ? desired : [];
  const by = lists.keys(field, [live, lastList, desiredList]);
  return by ? mergeLists(live, lastList, desiredList, by, lists) : desiredList;
}

/** Two live items with the same key become two equal items, as in Metacontroller. */
function mergeLists(
  live: readonly unknown[],
  last: readonly unknown[],
  desired: readonly unknown[],
  by: readonly string[],
  lists: Lists,
): unknown[] {
  const desiredItems = itemsByKey(desired, by);
  const merged = mergeMaps(itemsByKey(live, by), itemsByKey(last, by), desiredItems, lists);
  const old = live.map((item) => itemKey(item, by));
  const order = lists.order(old, Object.keys(desiredItems));
  return order.filter((key) => Object.hasOwn(merged, key)).map((key) => merged[key]);
}

function itemsByKey(list: readonly unknown[], by: readonly string[]): Fields {
  return Object.fromEntries(list.map((item) => [itemKey(item, by), item]));
}

/** What identifies an item; a port's protocol is TCP unless it says otherwise. */
export function identityOf(item: Fields, by: readonly string[]): Fields {
  const value = (name: string) => item[name] ?? (name === 'protocol' ? 'TCP' : undefined);
  return Object.fromEntries(by.map((name) => [name, value(name)]));
}

/** Starts with a letter, so that a number for a key does not change the order of the map. */
function itemKey(item: unknown, by: readonly string[]): string {
  return `k:${Object.values(identityOf(isMap(item) ? item : {}, by)).join(',')}`;
}
