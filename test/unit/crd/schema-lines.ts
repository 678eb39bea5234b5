import type { Schema } from '../../../src/crd/types.ts';

/** All fields in a schema, one line each, in the format of `typeLines`. */
export function schemaLines(schema: Schema, path: string): string[] {
  const { properties, additionalProperties, items, required = [] } = schema;
  const members = Object.entries(properties ?? {}).flatMap(([name, inner]) =>
    schemaLines(inner, `${path}.${name}${required.includes(name) ? '' : '?'}`),
  );
  const values = additionalProperties ? schemaLines(additionalProperties, `${path}{}`) : [];
  const elements = items ? schemaLines(items, `${path}[]`) : [];
  return [`${path}: ${typeName(schema)}`, ...members, ...values, ...elements];
}

function typeName(schema: Schema): string {
  if (schema['x-kubernetes-int-or-string']) return 'string';
  const listed = /One of: ([^.]+)\./.exec(schema.description ?? '')?.[1];
  if (listed) return listed.split(', ').sort().join('|');
  return schema.type === 'integer' ? 'number' : `${schema.type}`;
}
