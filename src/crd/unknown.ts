import { isMap } from '../k8s/json-map.ts';
import type { Refusal } from './refusal.ts';
import type { Schema } from './types.ts';
import { memberPath, memberSchema, schemaNodes } from './walk.ts';

/** Fields that the schema does not define. The API server drops them, or refuses them under strict field validation. */
export function unknownFields(schema: Schema, value: unknown): Refusal[] {
  return [...schemaNodes(schema, value)].flatMap((node) => {
    const { properties, 'x-kubernetes-preserve-unknown-fields': isOpen = false } = node.schema;
    if (!properties || isOpen || !isMap(node.value)) return [];
    return Object.keys(node.value)
      .filter((key) => memberSchema(node.schema, key) === undefined)
      .map((key) => ({
        reason: 'Unknown',
        path: memberPath(node.schema, node.path, key),
        message: `there is no such field: correct its name (${Object.keys(properties).join(', ')}) or take it out`,
      }));
  });
}
