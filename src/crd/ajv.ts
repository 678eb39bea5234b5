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
 * Compiles the schema's keywords, without CEL rules and list maps. The result reports the first `limit` errors, and how
 * many more there are: writing the messages takes longer than finding the errors.
 */
export function compileKeywords(
  schema: Schema,
): (value: unknown, limit: number) => { errors: Refusal[]; more: number } {
  const check = structuralAjv().compile(schema);
  return (value, limit) => {
    const found = check(value) ? [] : (check.errors ?? []);
    const reported = found.length <= limit + 1 ? found : found.slice(0, limit);
    return {
      errors: reported.map((error) => refusal(schema, error)),
      more: found.length - reported.length,
    };
  };
}

/**
 * An Ajv for structural schemas. It is `strict`, so that an unknown keyword is an error, and it changes no value.
 * Patterns are RE2 expressions, as for the API server (Go's regexp).
 */
function structuralAjv(): Ajv {
  const ajv = new Ajv({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allErrors: true,
    verbose: true,
    // The service's start waits for this compilation. Validating against the meta-schema and optimizing the code would
    // take most of it; strict mode already finds unknown keywords.
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
    'x-kubernetes-preserve-unknown-fields',
  ]);
  return ajv.addKeyword({
    keyword: 'x-kubernetes-int-or-string',
    schemaType: 'boolean',
    errors: false,
    validate: (_on: boolean, value: unknown) =>
      typeof value === 'string' || Number.isInteger(value),
  });
}

/** Ajv distinguishes patterns by `toString`. */
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
