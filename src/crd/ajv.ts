import { Ajv, type ErrorObject } from 'ajv';
import { pointerKeys } from '../k8s/json-pointer.ts';
import { schemaMessage } from './messages.ts';
import { re2 } from './re2.ts';
import type { Refusal } from './refusal.ts';
import type { Schema } from './types.ts';
import { memberPath, memberSchema } from './walk.ts';

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:\d\d)$/;
const MAX_INT32 = 2 ** 31 - 1;

/**
 * Compiles the schema's keywords; rules and list maps are not Ajv's part. The first `limit` errors, and how many there are
 * besides: to write messages takes longer than to find what they are about.
 */
export function compileKeywords(
  schema: Schema,
): (value: unknown, limit: number) => { errors: Refusal[]; more: number } {
  const check = structuralAjv().compile(schema);
  return (value, limit) => {
    const found = check(value) ? [] : (check.errors ?? []);
    const told = found.length <= limit + 1 ? found : found.slice(0, limit);
    return {
      errors: told.map((error) => refusal(schema, error)),
      more: found.length - told.length,
    };
  };
}

/**
 * An Ajv that takes structural schemas: `strict`, so that a keyword it does not know is an error, and nothing
 * that changes the value. The API server's patterns are RE2 (Go's regexp), so they are here.
 */
function structuralAjv(): Ajv {
  const ajv = new Ajv({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allErrors: true,
    verbose: true,
    // The schema of schemas and shorter code would take most of the time to compile, which the service's start waits for:
    // strict mode finds what is no keyword.
    validateSchema: false,
    meta: false,
    code: { regExp: Object.assign(namedRe2, { code: 're2' }), optimize: false },
    formats: {
      int32: { type: 'number', validate: (value) => value >= -MAX_INT32 - 1 && value <= MAX_INT32 },
      int64: { type: 'number', validate: Number.isSafeInteger },
      'date-time': DATE_TIME,
    },
  });
  ajv.addVocabulary([
    'x-kubernetes-validations',
    'x-kubernetes-list-type',
    'x-kubernetes-list-map-keys',
  ]);
  return ajv.addKeyword({
    keyword: 'x-kubernetes-int-or-string',
    schemaType: 'boolean',
    errors: false,
    validate: (_on: boolean, value: unknown) =>
      typeof value === 'string' || Number.isInteger(value),
  });
}

/** Ajv tells patterns apart by their text. */
function namedRe2(pattern: string): { test: (text: string) => boolean; toString: () => string } {
  const expression = re2(pattern);
  return { test: (text) => expression.test(text), toString: () => pattern };
}

function refusal(schema: Schema, error: ErrorObject): Refusal {
  const isMissing = error.keyword === 'required';
  const missing = isMissing ? [`${error.params['missingProperty']}`] : [];
  return {
    reason: isMissing ? 'Required' : 'Invalid',
    path: readablePath(schema, [...pointerKeys(error.instancePath), ...missing]),
    message: schemaMessage(error),
  };
}

function readablePath(root: Schema, keys: readonly string[]): string {
  let schema: Schema | undefined = root;
  let path = '';
  for (const key of keys) {
    path = schema?.items ? `${path}[${key}]` : memberPath(schema ?? {}, path, key);
    schema = schema?.items ?? memberSchema(schema ?? {}, key);
  }
  return path;
}
