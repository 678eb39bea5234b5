import { isMap } from '../k8s/json-map.ts';
import type { Schema } from './types.ts';

/** A value with its schema. The path is written as the API server writes it. */
export interface SchemaNode {
  schema: Schema;
  value: unknown;
  path: string;
  /** What the stored object has at the same place; absent: nothing, or in a list, whose items are not compared. */
  before?: unknown;
}

/** The schema of one member of an object; undefined when the object must not have such a member. */
export function memberSchema(schema: Schema, key: string): Schema | undefined {
  const { properties = {}, additionalProperties } = schema;
  return Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
}

/** The path of one member: `spec.replicas` for a declared field, `spec.podLabels[app]` for a map's key. */
export function memberPath(schema: Schema, path: string, key: string): string {
  if (schema.additionalProperties) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** Every value that has a schema, parents before their children. Members without a schema are left out. */
export function* schemaNodes(
  schema: Schema,
  value: unknown,
  path = '',
  before?: unknown,
): Generator<SchemaNode> {
  yield { schema, value, path, ...(before !== undefined && { before }) };
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return;
    for (const [index, item] of value.entries())
      yield* schemaNodes(items, item, `${path}[${index}]`);
  } else if (isMap(value)) {
    for (const [key, member] of Object.entries(value)) {
      const inner = memberSchema(schema, key);
      if (inner) {
        yield* schemaNodes(inner, member, memberPath(schema, path, key), memberOf(before, key));
      }
    }
  }
}

function memberOf(value: unknown, key: string): unknown {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Every schema within a schema, itself included. */
export function* subschemas(schema: Schema): Generator<Schema> {
  yield schema;
  const { properties = {}, additionalProperties, items } = schema;
  for (const inner of [...Object.values(properties), additionalProperties, items]) {
    if (inner) yield* subschemas(inner);
  }
}
