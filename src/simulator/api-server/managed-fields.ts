import { jsonEqual } from '../../k8s/canonical.ts';
import type { FieldsV1 } from '../../k8s/object.ts';
import type { ServedKind } from '../kinds.ts';
import type { LocalObject } from '../object.ts';
import { type FieldSet, fieldsOf, fromFieldsV1, toFieldsV1 } from './field-set.ts';

/** Who wrote which fields: https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers */
export interface ManagedFieldsEntry {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time: string;
  fieldsType: 'FieldsV1';
  fieldsV1: FieldsV1;
  subresource?: string;
}

export interface Writer {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time: string;
  subresource?: string;
}

export interface Ownership {
  entry: Omit<ManagedFieldsEntry, 'fieldsV1'>;
  paths: Set<string>;
}

export function ownerships(object: LocalObject | undefined): Ownership[] {
  const entries = (object?.metadata.managedFields ?? []) as ManagedFieldsEntry[];
  return entries.map(({ fieldsV1, ...entry }) => ({
    entry,
    paths: new Set(fromFieldsV1(fieldsV1)),
  }));
}

export function isBy(writer: Writer, { entry }: Ownership): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === writer.operation &&
    entry.subresource === writer.subresource
  );
}

function order(a: Ownership, b: Ownership): number {
  const text = ({ entry }: Ownership) => `${entry.operation} ${entry.time} ${entry.manager}`;
  return text(a) < text(b) ? -1 : 1;
}

export function toManagedFields(owned: readonly Ownership[]): ManagedFieldsEntry[] {
  return owned
    .filter(({ paths }) => paths.size > 0)
    .sort(order)
    .map(({ entry, paths }) => ({ ...entry, fieldsV1: toFieldsV1(paths) }));
}

/** Paths of `after` that `before` lacks or has with another value. */
export function changedPaths(before: FieldSet, after: FieldSet): Set<string> {
  const changed = [...after].filter(
    ([path, value]) => !before.has(path) || !jsonEqual(before.get(path), value),
  );
  return new Set(changed.map(([path]) => path));
}

export function entryOf({ manager, operation, apiVersion, time, subresource }: Writer) {
  const entry = { manager, operation, apiVersion, time, fieldsType: 'FieldsV1' as const };
  return subresource === undefined ? entry : { ...entry, subresource };
}

export function disown(owned: readonly Ownership[], lost: (path: string) => boolean): void {
  for (const { paths } of owned) for (const path of [...paths].filter(lost)) paths.delete(path);
}

/** After a create, update or patch: the writer owns what it changed, and nobody owns what is gone. */
export function trackUpdate(
  kind: ServedKind,
  before: LocalObject | undefined,
  after: LocalObject,
  writer: Writer,
): ManagedFieldsEntry[] {
  const old: FieldSet = before ? fieldsOf(before, kind.builtIn, true) : new Map();
  const now = fieldsOf(after, kind.builtIn, true);
  const changed = changedPaths(old, now);
  const owned = ownerships(before);
  disown(owned, (path) => changed.has(path) || !now.has(path));
  if (changed.size === 0) return toManagedFields(owned);
  const mine = owned.find((ownership) => isBy(writer, ownership));
  if (mine) {
    for (const path of changed) mine.paths.add(path);
    mine.entry.time = writer.time;
  } else {
    owned.push({ entry: entryOf(writer), paths: changed });
  }
  return toManagedFields(owned);
}
