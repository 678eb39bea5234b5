export type JsonMap = Record<string, unknown>;

/** Is it a JSON object (not an array, not null)? */
export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
