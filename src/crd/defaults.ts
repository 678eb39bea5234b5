import { isMap, type JsonMap } from '../k8s/json-map.ts';
import type { Schema } from './types.ts';
import { memberSchema } from './walk.ts';

/**
 * A copy of the value with the schema's defaults, as the API server stores it. A null that the schema does not allow
 * counts as absent: it is replaced by the default, or dropped.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting-and-nullable
 */
export function applyDefaults(schema: Schema | undefined, value: unknown): unknown {
  if (!schema) return structuredClone(value);
  if (Array.isArray(value)) return value.map((item) => applyDefaults(schema.items, item));
  return isMap(value) ? completed(schema, value) : value;
}

function completed(schema: Schema, value: JsonMap): JsonMap {
  const given = Object.entries(value).filter(([key, member]) =>
    counts(memberSchema(schema, key), member),
  );
  const present = new Set(given.map(([key]) => key));
  const missing = Object.entries(schema.properties ?? {}).filter(
    ([key, inner]) => inner.default !== undefined && !present.has(key),
  );
  return Object.fromEntries([
    ...given.map(([key, member]) => [key, applyDefaults(memberSchema(schema, key), member)]),
    ...missing.map(([key, inner]) => [key, applyDefaults(inner, inner.default)]),
  ]);
}

function counts(schema: Schema | undefined, value: unknown): boolean {
  if (value === null) return schema === undefined || schema.nullable === true;
  return value !== undefined;
}
