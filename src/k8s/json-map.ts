export type JsonMap = Record<string, unknown>;

/** Is it a JSON object (not an array, not null)? */
export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Takes a fraction of the time of `Object.keys`. Only for maps that inherit no members, as those of JSON. */
export function hasKeys(map: object | undefined): boolean {
  for (const _key in map) return true;
  return false;
}
