export type JsonMap = Record<string, unknown>;

/** Is it what JSON calls an object? */
export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
