import { isMap, type JsonMap } from '../../k8s/json-map.ts';
import { durationProblem } from './duration.ts';
import type { Findings } from './findings.ts';
import type { Fields, Scalar, Shape } from './shape.ts';

/**
 * Maximum number of values (texts, numbers, lists, maps) in the routes of one merge. It bounds the cost of all checks.
 */
const MAX_VALUES = 5000;
/**
 * Maximum length of a text in characters, except a response's body. Envoy's limit for values and names of headers is
 * 16,384 bytes. It has none for other texts.
 */
const MAX_TEXT = 16_384;
/** A body may have 1 MiB (validateHTTPDirectResponse); as base64 it is a third longer. */
const MAX_BODY = 1024 * 1024;
const MAX_BYTES = Math.ceil(MAX_BODY / 3) * 4;

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const UINT32 = { min: 0, max: 2 ** 32 - 1 };
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Maximum length of all texts and names together, bodies excluded. It is more than the plan of a VirtualService has room
 * for.
 */
const MAX_CHARACTERS = 131_072;

interface Walk {
  findings: Findings;
  values: number;
  characters: number;
}

/**
 * Compares a value of any shape with the schema. It reports what the schema of the VirtualService CRD refuses, and what
 * the API server would remove from the object without a word: unknown fields, and fields that are null.
 */
export function checkShapes(
  lists: readonly { field: string; value: unknown; shape: Shape }[],
  findings: Findings,
): void {
  const walk: Walk = { findings, values: 0, characters: 0 };
  for (const { field, value, shape } of lists) check(value, shape, field, walk);
  const { report } = findings;
  report('patch', walk.values > MAX_VALUES ? tooMuch(`${MAX_VALUES} values`) : undefined);
  const isLong = walk.characters > MAX_CHARACTERS;
  report('patch', isLong ? tooMuch(`${MAX_CHARACTERS} characters`) : undefined);
}

function tooMuch(limit: string): string {
  return `has more than ${limit}: split it into several merges`;
}

/** Are there enough findings, or is it known that the patch is too large? */
function isDone({ findings, values, characters }: Walk): boolean {
  return values > MAX_VALUES || characters > MAX_CHARACTERS || findings.isFull();
}

function check(value: unknown, shape: Shape, field: string, walk: Walk): void {
  walk.values += 1;
  if (isDone(walk)) return;
  const { report } = walk.findings;
  if (value === null || value === undefined) {
    report(field, 'must not be null: remove it, or give it a value');
  } else if (typeof shape === 'string') {
    if (typeof value === 'string' && shape !== 'body' && shape !== 'bytes') {
      walk.characters += value.length;
    }
    report(field, scalarProblem(value, shape));
  } else if ('oneOf' in shape) {
    const known = shape.oneOf.some((one) => one === value);
    report(field, known ? undefined : `must be ${shape.oneOf.join(' or ')}`);
  } else if ('list' in shape) {
    checkItems(value, shape.list, field, walk);
  } else checkMembers(value, shape, field, walk);
}

function checkItems(value: unknown, shape: Shape, field: string, walk: Walk): void {
  if (!Array.isArray(value)) {
    walk.findings.report(field, wrongType('a list', value));
    return;
  }
  for (const [i, one] of value.entries()) {
    if (isDone(walk)) return;
    check(one, shape, `${field}[${i}]`, walk);
  }
}

function checkMembers(
  value: unknown,
  shape: Fields | { map: Shape },
  field: string,
  walk: Walk,
): void {
  const { report } = walk.findings;
  if (!isMap(value)) report(field, wrongType('an object', value));
  else if ('map' in shape) checkEntries(value, shape.map, field, walk);
  else checkFields(value, shape, field, walk);
}

function checkEntries(value: JsonMap, shape: Shape, field: string, walk: Walk): void {
  for (const key of Object.keys(value)) {
    if (isDone(walk)) return;
    walk.characters += key.length;
    walk.findings.report(field, key.length > MAX_TEXT ? tooLong(MAX_TEXT) : undefined);
    check(value[key], shape, `${field}.${key}`, walk);
  }
}

function checkFields(value: JsonMap, shape: Fields, field: string, walk: Walk): void {
  const { report } = walk.findings;
  const { fields, required = [], exclusive = [] } = shape;
  for (const key of Object.keys(value)) {
    if (isDone(walk)) return;
    const inner = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (inner === undefined) {
      walk.values += 1;
      const names = Object.keys(fields).join(', ');
      report(field, `is no field of VirtualService here: remove it, or use one of ${names}`, key);
    } else check(value[key], inner, `${field}.${key}`, walk);
  }
  for (const key of required) {
    report(field, Object.hasOwn(value, key) ? undefined : 'is required: add it', key);
  }
  const set = exclusive.filter((key) => Object.hasOwn(value, key));
  report(field, set.length > 1 ? `takes only one of ${exclusive.join(', ')}` : undefined);
}

function scalarProblem(value: unknown, shape: Scalar): string | undefined {
  switch (shape) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : wrongType('true or false', value);
    case 'int32':
      return integerProblem(value, INT32);
    case 'uint32':
      return integerProblem(value, UINT32);
    case 'number':
      return Number.isFinite(value) ? undefined : wrongType('a number', value);
    case 'string':
      return textProblem(value, MAX_TEXT);
    case 'body':
      return textProblem(value, MAX_BODY);
    case 'duration':
      return textProblem(value, MAX_TEXT) ?? durationProblem(value as string);
    case 'bytes':
      return textProblem(value, MAX_BYTES) ?? base64Problem(value as string);
  }
}

function textProblem(value: unknown, max: number): string | undefined {
  if (typeof value !== 'string') return wrongType('a text', value);
  return value.length > max ? tooLong(max) : undefined;
}

function integerProblem(value: unknown, { min, max }: typeof INT32): string | undefined {
  if (!Number.isInteger(value)) return wrongType('a whole number', value);
  const within = (value as number) >= min && (value as number) <= max;
  return within ? undefined : `must be between ${min} and ${max}`;
}

function base64Problem(value: string): string | undefined {
  return BASE64.test(value) && value.length % 4 === 0
    ? undefined
    : 'must be in base64 (standard alphabet, with padding)';
}

function tooLong(max: number): string {
  return `is longer than ${max} characters: shorten it`;
}

function wrongType(wanted: string, value: unknown): string {
  const type = Array.isArray(value) ? 'a list' : isMap(value) ? 'an object' : `${typeof value}`;
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  const hint = wanted === 'a text' && isScalar ? ': put it in quotes' : '';
  return `must be ${wanted}, not ${type}${hint}`;
}
