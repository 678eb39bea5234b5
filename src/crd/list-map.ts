import { isMap } from '../k8s/json-map.ts';
import type { Refusal } from './refusal.ts';
import type { Schema } from './types.ts';
import { schemaNodes } from './walk.ts';

/** Items of `x-kubernetes-list-type: map` lists that have the same keys as an earlier item of the list. */
export function duplicateItems(schema: Schema, value: unknown): Refusal[] {
  return [...schemaNodes(schema, value)].flatMap((node) => {
    const keys = node.schema['x-kubernetes-list-map-keys'];
    if (!keys || !Array.isArray(node.value)) return [];
    const seen = new Set<string>();
    return node.value.flatMap((item: unknown, index) => {
      const identity = identityOf(item, keys);
      if (identity === undefined) return [];
      const isRepeated = seen.has(identity);
      seen.add(identity);
      return isRepeated ? [duplicate(`${node.path}[${index}]`, identity)] : [];
    });
  });
}

function duplicate(path: string, identity: string): Refusal {
  const message = `an earlier item of the list has the same ${identity}: put all into one item`;
  return { reason: 'Duplicate', path, message };
}

/** Undefined for an item without one of the keys: another check refuses it. */
function identityOf(item: unknown, keys: readonly string[]): string | undefined {
  if (!isMap(item) || keys.some((key) => typeof item[key] !== 'string')) return undefined;
  return keys.map((key) => `${key} ${JSON.stringify(item[key])}`).join(' and ');
}
