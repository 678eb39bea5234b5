/** Structural equality of JSON values: maps are blind to key order, lists are not; an undefined member counts as absent. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && listEqual(a, b);
  }
  return mapEqual(a as Record<string, unknown>, b as Record<string, unknown>);
}

function listEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => jsonEqual(item, b[index]));
}

function mapEqual(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const keys = definedKeys(a);
  return (
    keys.length === definedKeys(b).length &&
    keys.every((key) => b[key] !== undefined && jsonEqual(a[key], b[key]))
  );
}

function definedKeys(map: Record<string, unknown>): string[] {
  return Object.keys(map).filter((key) => map[key] !== undefined);
}

/** JSON text in which every map's keys are sorted: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

const encoder = new TextEncoder();

/** Bytes of a text in UTF-8: what Kubernetes' size limits count. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

/** Orders texts by code unit, so that no locale changes an answer. */
export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
