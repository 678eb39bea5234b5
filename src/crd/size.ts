import { isMap } from '../k8s/json-map.ts';
import { schemaMessage } from './messages.ts';
import type { Refusal } from './refusal.ts';
import type { Schema } from './types.ts';
import { memberPath, memberSchema } from './walk.ts';

/** Limit for lists and maps that have none in the schema: more members than anybody writes by hand. */
const MAX_MEMBERS = 4096;
/** Maximum number of errors. The rest is found after these are corrected. */
const MAX_REPORTED = 8;

/**
 * Lists and maps with more members than the schema allows. They are looked for first, and their members are not
 * checked: that would take long, and would not help the author before the list is shortened.
 */
export function oversized(schema: Schema, value: unknown): Refusal[] {
  const found: Refusal[] = [];
  collectOversized(schema, value, '', found);
  return found;
}

function collectOversized(schema: Schema, value: unknown, path: string, found: Refusal[]): void {
  if (found.length >= MAX_REPORTED) return;
  const members = membersOf(schema, value, path);
  const keyword = Array.isArray(value) ? 'maxItems' : 'maxProperties';
  const limit = schema[keyword] ?? MAX_MEMBERS;
  if (members.length > limit) {
    const message = schemaMessage({ keyword, params: { limit } });
    found.push({ reason: 'Invalid', path, message });
    return;
  }
  for (const one of members) {
    if (one.schema !== undefined) collectOversized(one.schema, one.value, one.path(), found);
  }
}

interface Member {
  schema: Schema | undefined;
  value: unknown;
  path: () => string;
}

function membersOf(schema: Schema, value: unknown, path: string): Member[] {
  if (Array.isArray(value)) {
    const items = schema.items;
    return value.map((item, at) => ({ schema: items, value: item, path: () => `${path}[${at}]` }));
  }
  if (!isMap(value)) return [];
  return Object.entries(value).map(([key, member]) => ({
    schema: memberSchema(schema, key),
    value: member,
    path: () => memberPath(schema, path, key),
  }));
}
