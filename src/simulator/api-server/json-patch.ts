import { jsonEqual } from '../../k8s/canonical.ts';
import { pointerKeys } from '../../k8s/json-pointer.ts';
import { isMap, toJson } from '../object.ts';

/** JSON Patch, RFC 6902; `move` and `copy` are part of it but nobody here sends them. */
export interface Operation {
  op: string;
  path: string;
  value?: unknown;
}

type Container = Record<string, unknown> | unknown[];

function parsePointer(pointer: string): string[] {
  if (pointer !== '' && !pointer.startsWith('/')) {
    throw new Error(`invalid JSON pointer: ${pointer}`);
  }
  return pointerKeys(pointer);
}

function isContainer(value: unknown): value is Container {
  return isMap(value) || Array.isArray(value);
}

/** Position in a list; `-` is the end, and valid for `add` only. */
function position(list: unknown[], key: string, end: number, path: string): number {
  const index = key === '-' ? list.length : Number(key);
  if (!/^(-|0|[1-9][0-9]*)$/.test(key) || index > end) {
    throw new Error(`no such position: ${path}`);
  }
  return index;
}

function read(container: Container, key: string, path: string): unknown {
  if (Array.isArray(container)) {
    return container[position(container, key, container.length - 1, path)];
  }
  if (!Object.hasOwn(container, key)) throw new Error(`missing path: ${path}`);
  return container[key];
}

function add(container: Container, key: string, { path, value }: Operation): void {
  if (!Array.isArray(container)) container[key] = value;
  else container.splice(position(container, key, container.length, path), 0, value);
}

function remove(container: Container, key: string, path: string): void {
  read(container, key, path);
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else delete container[key];
}

function replace(container: Container, key: string, { path, value }: Operation): void {
  read(container, key, path);
  if (Array.isArray(container)) container[Number(key)] = value;
  else container[key] = value;
}

function test(container: Container, key: string, { path, value }: Operation): void {
  if (!jsonEqual(read(container, key, path), value)) throw new Error(`test failed: ${path}`);
}

function applyOne(document: unknown, operation: Operation): void {
  const { op, path } = operation;
  const keys = parsePointer(path);
  const last = keys.pop();
  if (last === undefined) throw new Error('the whole document cannot be patched');
  let container = document;
  for (const key of keys) {
    container = isContainer(container) ? read(container, key, path) : undefined;
  }
  if (!isContainer(container)) throw new Error(`missing path: ${path}`);
  if (op === 'add') add(container, last, operation);
  else if (op === 'remove') remove(container, last, path);
  else if (op === 'replace') replace(container, last, operation);
  else if (op === 'test') test(container, last, operation);
  else throw new Error(`unknown operation: ${op}`);
}

/** Returns a patched copy; throws when an operation does not fit: then no part of the patch is applied. */
export function applyJsonPatch<T>(document: T, patch: readonly Operation[]): T {
  const copy = toJson(document);
  for (const operation of toJson(patch)) applyOne(copy, operation);
  return copy;
}
