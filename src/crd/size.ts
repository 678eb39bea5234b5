import { isMap } from '../k8s/json-map.ts';
import { schemaMessage } from './messages.ts';
import type { Refusal } from './refusal.ts';
import type { Schema } from './types.ts';
import { memberPath, memberSchema } from './walk.ts';

/** Where a schema sets no limit of its own: more members than anybody writes by hand. */
const MAX_MEMBERS = 4096;
/** So many are told; the rest is found when these are gone. */
const MAX_TOLD = 8;

/**
 * Lists and maps that have more members than the schema allows. To check each member of those takes long, and tells nothing that
 * helps before they are shortened: so they are looked for first, and nothing below them is looked at.
 */
export function oversized(schema: Schema, value: unknown): Refusal[] {
  const found: Refusal[] = [];
  look(schema, value, '', found);
  return found;
}

function look(schema: Schema, value: unknown, path: string, found: Refusal[]): void {
  if (found.length >= MAX_TOLD) return;
  const members = membersOf(schema, value, path);
  const keyword = Array.isArray(value) ? 'maxItems' : 'maxProperties';
  const limit = schema[keyword] ?? MAX_MEMBERS;
  if (members.length > limit) {
    const message = schemaMessage({ keyword, params: { limit } });
    found.push({ reason: 'Invalid', path, message });
    return;
  }
  for (const one of members) {
    if (one.schema !== undefined) look(one.schema, one.value, one.path(), found);
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
