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
  let missing = definedMembers(b);
  for (const key of Object.keys(a)) {
    const value = a[key];
    if (value === undefined) continue;
    if (b[key] === undefined || !jsonEqual(value, b[key])) return false;
    missing -= 1;
  }
  return missing === 0;
}

function definedMembers(map: Record<string, unknown>): number {
  let count = 0;
  for (const key of Object.keys(map)) if (map[key] !== undefined) count += 1;
  return count;
}

/** JSON text in which every map's keys are sorted: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

/** The value with its maps' keys sorted; what is in order already, as all that the API server sends, is not copied. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(inOrder);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const map = value as Record<string, unknown>;
  const keys = Object.keys(map);
  const members = keys.map((key) => inOrder(map[key]));
  const isSorted = keys.every((key, at) => at === 0 || (keys[at - 1] ?? '') < key);
  if (isSorted && members.every((member, at) => member === map[keys[at] ?? ''])) return map;
  const entries = keys.map((key, at): [string, unknown] => [key, members[at]]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Bytes of a text in UTF-8: what Kubernetes' size limits count. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text);
}

/** Orders texts by code unit, so that no locale changes an answer. */
export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
