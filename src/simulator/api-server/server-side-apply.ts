import { jsonEqual } from '../../k8s/canonical.ts';
import { ApiError } from '../errors.ts';
import type { ServedKind } from '../kinds.ts';
import { isMap, type LocalObject, toJson } from '../object.ts';
import { elementsOf, fieldsOf } from './field-set.ts';
import { applyKeys } from './list-keys.ts';
import { appliedOrder } from './list-order.ts';
import {
  changedPaths,
  disown,
  entryOf,
  isBy,
  type Ownership,
  ownerships,
  toManagedFields,
  type Writer,
} from './managed-fields.ts';
import { refuseRepeatedItems } from './repeated-items.ts';
import { threeWayMerge } from './three-way-merge.ts';

/** Who else owns a field that the applied configuration would change, and to what. */
function findConflicts(others: readonly Ownership[], changed: ReadonlySet<string>): string[] {
  return others.flatMap(({ entry, paths }) =>
    [...paths]
      .filter((path) => changed.has(path) && !path.endsWith('\n.'))
      .map((path) => `conflict with "${entry.manager}": ${readable(path)}`),
  );
}

function readable(path: string): string {
  return elementsOf(path)
    .map((element) => (element.startsWith('f:') ? `.${element.slice(2)}` : `[${element.slice(2)}]`))
    .join('');
}

function child(container: unknown, element: string): unknown {
  const text = element.slice(2);
  if (element.startsWith('f:')) {
    return isMap(container) && Object.hasOwn(container, text) ? container[text] : undefined;
  }
  if (!Array.isArray(container)) return undefined;
  const wanted: unknown = JSON.parse(text);
  return container.find((item) => isItem(item, wanted));
}

function isItem(item: unknown, wanted: unknown): boolean {
  if (!isMap(wanted)) return jsonEqual(item, wanted);
  return isMap(item) && Object.entries(wanted).every(([key, value]) => jsonEqual(item[key], value));
}

function removeChild(container: unknown, element: string): void {
  if (Array.isArray(container)) {
    const index = container.indexOf(child(container, element));
    if (index >= 0) container.splice(index, 1);
  } else if (isMap(container)) {
    delete container[element.slice(2)];
  }
}

function isEmpty(value: unknown): boolean {
  return (isMap(value) || Array.isArray(value)) && Object.keys(value).length === 0;
}

/** Removes one field, and the maps and lists around it that are empty then. */
function removePath(object: LocalObject, path: string): void {
  const elements = elementsOf(path).filter((element) => element !== '.');
  const containers: unknown[] = [object];
  for (const element of elements.slice(0, -1)) containers.push(child(containers.at(-1), element));
  for (let depth = elements.length - 1; depth > 0; depth -= 1) {
    removeChild(containers[depth], elements[depth] ?? '');
    if (!isEmpty(containers[depth])) return;
  }
}

/** Removes fields that this manager applied before and does not apply now, and that no other manager owns. */
function abandoned(
  mine: Ownership | undefined,
  others: readonly Ownership[],
  wanted: ReadonlySet<string>,
): string[] {
  const keep = [...wanted, ...others.flatMap(({ paths }) => [...paths])];
  return [...(mine?.paths ?? [])].filter((path) => {
    const item = path.endsWith('\n.') ? path.slice(0, -1) : undefined;
    return !keep.some((kept) => (item === undefined ? kept === path : kept.startsWith(item)));
  });
}

export interface Applied {
  object: LocalObject;
  managedFields: ReturnType<typeof toManagedFields>;
}

/**
 * Server-side apply: https://kubernetes.io/docs/reference/using-api/server-side-apply/. Merges the configuration into
 * the live object (or starts one), takes over its fields (a conflict unless forced), removes what it sends no longer.
 */
export function serverSideApply(
  kind: ServedKind,
  live: LocalObject | undefined,
  config: LocalObject,
  writer: Writer,
  force: boolean,
): Applied {
  refuseRepeatedItems(kind, config);
  const wanted = fieldsOf(config, kind.builtIn, false);
  const owned = ownerships(live);
  const mine = owned.find((ownership) => isBy(writer, ownership));
  const others = owned.filter((ownership) => ownership !== mine);
  const changed = live
    ? changedPaths(fieldsOf(live, kind.builtIn, true), wanted)
    : new Set<string>();
  const conflicts = findConflicts(others, changed);
  if (conflicts.length > 0 && !force) {
    const count = `Apply failed with ${conflicts.length} conflict${conflicts.length > 1 ? 's' : ''}`;
    throw new ApiError(409, 'Conflict', `${count}: ${conflicts.join('; ')}`);
  }
  const merged = threeWayMerge(
    toJson(live ?? config),
    {},
    config,
    applyKeys(kind.builtIn),
    appliedOrder,
  );
  const object = toJson(merged) as LocalObject;
  disown(others, (path) => changed.has(path));
  for (const path of abandoned(mine, others, new Set(wanted.keys()))) removePath(object, path);
  const paths = new Set(wanted.keys());
  const entry =
    mine && jsonEqual([...mine.paths].sort(), [...paths].sort()) && changed.size === 0
      ? mine.entry
      : entryOf(writer);
  return { object, managedFields: toManagedFields([...others, { entry, paths }]) };
}
