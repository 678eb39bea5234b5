import type { KubeObject } from '../k8s/object.ts';
import { rememberedByText } from '../k8s/remembered.ts';
import { compileKeywords } from './ajv.ts';
import { compileRules } from './cel.ts';
import { applyDefaults } from './defaults.ts';
import { duplicateItems } from './list-map.ts';
import { objectSchema } from './object-meta.ts';
import type { Refusal } from './refusal.ts';
import { oversized } from './size.ts';
import type { CustomResourceDefinition, Schema } from './types.ts';
import { unknownFields } from './unknown.ts';
import { schemaNodes } from './walk.ts';

export interface ValidationResult {
  /** What the API server would refuse. */
  errors: Refusal[];
  /** Fields that the API server would drop, or refuse under strict field validation (kubectl's default). */
  unknown: Refusal[];
}

/** What the API server does with the objects of one kind, without an API server. */
export interface CrdValidator {
  /** The object as its author writes it: what its status says does not count, as the API server drops it. */
  validate(object: unknown): ValidationResult;
  /** The errors in an object's spec alone. An object that comes back with every resync is judged once. */
  specErrors(object: KubeObject): readonly Refusal[];
  /** The status alone, which is written by itself. */
  validateStatus(object: unknown): ValidationResult;
  /** A copy with the defaults of the schema. */
  withDefaults<T>(object: T): T;
}

/** More than a cluster has envs whose syncs are small beside the judging. */
const REMEMBERED = { size: 512, bytes: 2 ** 20 };
/** So many errors are told: who has mended them sees the next ones. */
const MAX_TOLD = 16;

/** Compiles the stored version's schema and rules; throws when the CRD itself is wrong. */
export function compileCrd(crd: CustomResourceDefinition): CrdValidator {
  const schema = objectSchema(crd);
  const validation = compileValidation(schema);
  const validate = (object: unknown): ValidationResult => {
    const { errors, unknown } = validation(object);
    return { errors: errors.filter((error) => !isAboutStatus(error)), unknown };
  };
  const errorsIn = rememberedByText<readonly Refusal[]>(
    { ...REMEMBERED, bytesOf: (errors) => errors.reduce((sum, one) => sum + bytesOf(one), 0) },
    (text) => told(validation(JSON.parse(text)).errors.filter((error) => !isAboutStatus(error))),
  );
  return {
    validate,
    specErrors: (object) => {
      const { apiVersion, kind, metadata, spec } = object as KubeObject & { spec?: unknown };
      const { name, namespace } = metadata;
      return errorsIn(JSON.stringify({ apiVersion, kind, metadata: { name, namespace }, spec }));
    },
    validateStatus: (object) => {
      const { errors, unknown } = validation(object);
      return { errors: errors.filter(isAboutStatus), unknown: unknown.filter(isAboutStatus) };
    },
    withDefaults: <T>(object: T) => applyDefaults(schema, object) as T,
  };
}

function compileValidation(schema: Schema): (object: unknown) => ValidationResult {
  const keywordErrors = compileKeywords(schema);
  const brokenRules = compileRules(schema);
  return (object) => {
    const long = oversized(schema, object);
    if (long.length > 0) return { errors: long, unknown: [] };
    const value = applyDefaults(schema, object);
    const { errors, more } = keywordErrors(value, MAX_TOLD);
    const found = [...errors, ...duplicateItems(schema, value)];
    const rules = more === 0 ? rulesBroken(value, errors) : [];
    return {
      errors: [...found, ...rules, ...(more === 0 ? [] : [andMore(more)])],
      unknown: unknownFields(schema, value),
    };
  };

  function rulesBroken(value: unknown, errors: readonly Refusal[]): Refusal[] {
    const broken: Refusal[] = [];
    for (const node of schemaNodes(schema, value)) {
      if (broken.length > MAX_TOLD) break;
      if (errors.some((error) => isWithin(error.path ?? '', node.path))) continue;
      broken.push(...brokenRules(node));
    }
    return broken;
  }
}

/** The first ones, and how many there are besides. */
function told(errors: readonly Refusal[]): readonly Refusal[] {
  const more = errors.length - MAX_TOLD;
  return more <= 1 ? errors : [...errors.slice(0, MAX_TOLD), andMore(more)];
}

function andMore(count: number): Refusal {
  return { reason: 'Invalid', message: `and ${count} more; correct these first` };
}

function bytesOf({ reason, message, path = '' }: Refusal): number {
  return reason.length + message.length + path.length;
}

/** A rule is asked only where the schema holds at and below its place: it may rely on the types. */
function isWithin(path: string, outer: string): boolean {
  return (
    outer === '' || path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`)
  );
}

function isAboutStatus({ path = '' }: Refusal): boolean {
  return isWithin(path, 'status');
}
