import type { FieldsV1 } from '../../k8s/object.ts';
import { isMap, type LocalObject } from '../object.ts';
import { applyKeys, isAtomicMap } from './list-keys.ts';
import { identityOf } from './three-way-merge.ts';

/**
 * The fields of an object as paths with their values: what managedFields are about
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management). A path's elements are
 * `f:<field>`, `k:<keys of a list item>`, `v:<value in a set>` and `.` (the thing itself), joined by newlines.
 */
export type FieldSet = Map<string, unknown>;

const SEPARATOR = '\n';
const FINALIZERS = `f:metadata${SEPARATOR}f:finalizers`;
/** Metadata that has an owner; the rest belongs to the API server. */
const OWNED_METADATA = ['annotations', 'finalizers', 'labels', 'ownerReferences'] as const;
const NOT_OWNED: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);
/** Inner nodes of built-in kinds that count as fields of their own. */
const POINTERS: ReadonlySet<string> = new Set([
  ...OWNED_METADATA,
  'conditions',
  'ports',
  'rollingUpdate',
]);

interface Walk {
  builtIn: boolean;
  /** Applied configurations own list items and leaves, but not the maps and lists around them. */
  inner: boolean;
  found: FieldSet;
}

function join(path: string, element: string): string {
  return path === '' ? element : path + SEPARATOR + element;
}

function lastField(path: string): string {
  return path.slice(path.lastIndexOf(SEPARATOR) + 1).replace(/^f:/, '');
}

function enter(walk: Walk, path: string): void {
  const counts =
    walk.builtIn || path.startsWith('f:metadata') ? POINTERS.has(lastField(path)) : true;
  if (walk.inner && counts) walk.found.set(join(path, '.'), true);
}

function walkList(walk: Walk, path: string, list: unknown[], keys: readonly string[]): void {
  enter(walk, path);
  for (const item of list.filter(isMap)) {
    const itemPath = join(path, `k:${JSON.stringify(identityOf(item, keys))}`);
    if (lastField(path) === 'ownerReferences') {
      walk.found.set(itemPath, item);
      continue;
    }
    walk.found.set(join(itemPath, '.'), true);
    for (const [key, value] of Object.entries(item)) {
      walkValue(walk, join(itemPath, `f:${key}`), value);
    }
  }
}

function walkSet(walk: Walk, path: string, list: unknown[]): void {
  enter(walk, path);
  for (const item of list) walk.found.set(join(path, `v:${JSON.stringify(item)}`), true);
}

function walkMap(walk: Walk, path: string, map: Record<string, unknown>): void {
  enter(walk, path);
  for (const [key, member] of Object.entries(map)) walkValue(walk, join(path, `f:${key}`), member);
}

function walkValue(walk: Walk, path: string, value: unknown): void {
  const field = lastField(path);
  const keys = Array.isArray(value) ? applyKeys(walk.builtIn)(field, [value]) : undefined;
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    walk.found.set(path, value);
  } else if (Array.isArray(value)) {
    if (keys) walkList(walk, path, value, keys);
    else if (path === FINALIZERS) walkSet(walk, path, value);
    else walk.found.set(path, value);
  } else if (isMap(value) && !isAtomicMap(walk.builtIn, field)) {
    walkMap(walk, path, value);
  } else {
    walk.found.set(path, value);
  }
}

export function fieldsOf(object: LocalObject, builtIn: boolean, inner: boolean): FieldSet {
  const walk: Walk = { builtIn, inner, found: new Map() };
  for (const field of OWNED_METADATA) {
    const value = object.metadata[field];
    if (value !== undefined) walkValue(walk, `f:metadata${SEPARATOR}f:${field}`, value);
  }
  for (const [field, value] of Object.entries(object)) {
    if (!NOT_OWNED.has(field)) walkValue(walk, `f:${field}`, value);
  }
  return walk.found;
}

export function toFieldsV1(paths: Iterable<string>): FieldsV1 {
  const root: FieldsV1 = {};
  for (const path of [...paths].sort()) {
    let node = root;
    for (const element of path.split(SEPARATOR)) {
      node[element] ??= {};
      node = node[element];
    }
  }
  return root;
}

export function fromFieldsV1(fields: FieldsV1, path = ''): string[] {
  const elements = Object.entries(fields);
  if (elements.length === 0) return path === '' ? [] : [path];
  return elements.flatMap(([element, inner]) => fromFieldsV1(inner, join(path, element)));
}

/** The parts of a path. */
export function elementsOf(path: string): string[] {
  return path.split(SEPARATOR);
}
