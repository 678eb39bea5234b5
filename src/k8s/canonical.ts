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

/** `for…in`, here and below: it takes a third of the time of `Object.keys`, and what JSON has inherits nothing. */
function mapEqual(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let missing = 0;
  for (const key in b) if (b[key] !== undefined) missing += 1;
  for (const key in a) {
    const value = a[key];
    if (value === undefined) continue;
    if (b[key] === undefined || !jsonEqual(value, b[key])) return false;
    missing -= 1;
  }
  return missing === 0;
}

/** JSON text in which every map's keys are sorted: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(isInOrder(value) ? value : inOrder(value));
}

/** Are all maps' keys sorted, as in all that the API server sends? Then nothing has to be copied. */
function isInOrder(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isInOrder);
  const map = value as Record<string, unknown>;
  let before = '';
  for (const key in map) {
    if (key < before || !isInOrder(map[key])) return false;
    before = key;
  }
  return true;
}

/** A copy with all maps' keys sorted. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const members = Object.entries(value).sort(([a], [b]) => byText(a, b));
  return Object.fromEntries(members.map(([key, member]) => [key, inOrder(member)]));
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
