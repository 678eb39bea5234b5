import type { ErrorObject } from 'ajv';
import type { Schema } from './types.ts';

/** Ajv's error, with the members that `verbose: true` adds. */
type Message = (params: Record<string, unknown>, schema: Schema, value: unknown) => string;

/** For each keyword of the schema: what is wrong with the value, and what to do. */
const MESSAGES: Record<string, Message> = {
  type: ({ type }, _schema, value) => wrongType(`${type}`, value),
  'x-kubernetes-int-or-string': (_params, _schema, value) =>
    wrongType('whole number or string', value),
  required: ({ missingProperty }, { properties = {} }) =>
    withHint('is required', properties[`${missingProperty}`]),
  pattern: ({ pattern }, schema) => withHint(`must match ${pattern}`, schema),
  format: ({ format }) => `must have the format ${format}`,
  enum: ({ allowedValues }) => `must be ${[allowedValues].flat().join(' or ')}`,
  minimum: ({ limit }) => `must be at least ${limit}`,
  minLength: ({ limit }) => `must have at least ${counted(limit, 'character')}`,
  maxLength: ({ limit }) => `must have at most ${counted(limit, 'character')}: shorten it`,
  minItems: ({ limit }) => `must have at least ${counted(limit, 'item')}: add what is missing`,
  maxItems: ({ limit }) => `must have at most ${counted(limit, 'item')}: take some out`,
  maxProperties: ({ limit }) => `must have at most ${counted(limit, 'key')}: take some out`,
};

export function schemaMessage(
  error: Pick<ErrorObject, 'keyword' | 'params'> & Partial<ErrorObject>,
): string {
  const message = MESSAGES[error.keyword];
  const schema = (error.parentSchema ?? {}) as Schema;
  return message?.(error.params, schema, error.data) ?? error.message ?? error.keyword;
}

function wrongType(wanted: string, value: unknown): string {
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  const hint = wanted.endsWith('string') && isScalar ? ': put it in quotes' : '';
  return `must be of type ${wanted}, not ${typeName(value)}${hint}`;
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return value === null ? 'null' : typeof value;
}

function withHint(message: string, schema: Schema | undefined): string {
  return schema?.description ? `${message} (${schema.description})` : message;
}

function counted(count: unknown, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
