import { isMap } from './json-map.ts';
import { pointerPart } from './json-pointer.ts';
import type { FieldsV1, ManagedFieldsEntry } from './object.ts';

/**
 * The entries of managedFields that name a removed field, as JSON pointers into managedFields, in ascending order.
 * `gone`: the removed fields, as JSON pointers into the object. A tree that becomes empty is removed too: an empty tree
 * would mean that its root is owned.
 */
export function staleOwnerPointers(
  entries: readonly ManagedFieldsEntry[],
  gone: readonly string[],
): string[] {
  if (gone.length === 0) return [];
  return entries.flatMap(({ fieldsV1 }, index) => {
    const owned = !isMap(fieldsV1) ? [] : goneOf(fieldsV1, '', new Set(gone));
    return owned === 'all' ? [`/${index}`] : owned.map((pointer) => `/${index}/fieldsV1${pointer}`);
  });
}

/** `all`: no field of the tree remains. */
function goneOf(fields: FieldsV1, field: string, gone: ReadonlySet<string>): string[] | 'all' {
  if (gone.has(field)) return 'all';
  const elements = Object.entries(fields);
  const below = elements.map(([element, inner]) =>
    element.startsWith('f:') && isMap(inner)
      ? goneOf(inner, field + pointerPart(element.slice(2)), gone)
      : [],
  );
  if (elements.length > 0 && below.every((owned) => owned === 'all')) return 'all';
  return elements.flatMap(([element], index) => {
    const owned = below[index] ?? [];
    const at = pointerPart(element);
    return owned === 'all' ? [at] : owned.map((pointer) => at + pointer);
  });
}
