import { memoizedByText } from '../k8s/memoize.ts';
import type { KubeObject } from '../k8s/object.ts';
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
  /**
   * Unknown fields. The API server would drop them, or refuse them under strict field validation (kubectl's default).
   */
  unknown: Refusal[];
}

/** Validates objects of one kind as the API server does, without an API server. */
export interface CrdValidator {
  /**
   * The object as its author writes it: what its status says does not count, as the API server drops it. `before`: the stored object,
   * for rules about what may change.
   */
  validate(object: unknown, before?: unknown): ValidationResult;
  /** The errors in an object's spec alone. They are cached, because the same object comes with every resync. */
  specErrors(object: KubeObject): readonly Refusal[];
  /** The status alone, which is written by itself. */
  validateStatus(object: unknown): ValidationResult;
  /** A copy with the defaults of the schema. */
  withDefaults<T>(object: T): T;
}

/** In clusters with more envs than this, validation is a small part of each sync. */
const REMEMBERED = { size: 512, bytes: 2 ** 20 };
/** Maximum number of reported errors. The author sees the next ones after correcting these. */
const MAX_REPORTED = 16;

/** Compiles the stored version's schema and rules. Throws when the CRD itself is invalid. */
export function compileCrd(crd: CustomResourceDefinition): CrdValidator {
  const schema = objectSchema(crd);
  const validation = compileValidation(schema);
  const validate = (object: unknown, before?: unknown): ValidationResult => {
    const { errors, unknown } = validation(object, before);
    return { errors: errors.filter((error) => !isAboutStatus(error)), unknown };
  };
  const errorsIn = memoizedByText<readonly Refusal[]>(
    { ...REMEMBERED, bytesOf: (errors) => errors.reduce((sum, one) => sum + bytesOf(one), 0) },
    (text) =>
      firstErrors(validation(JSON.parse(text)).errors.filter((error) => !isAboutStatus(error))),
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

function compileValidation(
  schema: Schema,
): (object: unknown, before?: unknown) => ValidationResult {
  const keywordErrors = compileKeywords(schema);
  const brokenRules = compileRules(schema);
  return (object, before) => {
    const tooLong = oversized(schema, object);
    if (tooLong.length > 0) return { errors: tooLong, unknown: [] };
    const value = applyDefaults(schema, object);
    const { errors, more } = keywordErrors(value, MAX_REPORTED);
    const found = [...errors, ...duplicateItems(schema, value)];
    const rules = more === 0 ? rulesBroken(value, errors, before) : [];
    return {
      errors: [...found, ...rules, ...(more === 0 ? [] : [moreErrors(more)])],
      unknown: unknownFields(schema, value),
    };
  };

  function rulesBroken(value: unknown, errors: readonly Refusal[], before: unknown): Refusal[] {
    const broken: Refusal[] = [];
    for (const node of schemaNodes(schema, value, '', before)) {
      if (broken.length > MAX_REPORTED) break;
      if (errors.some((error) => isWithin(error.path ?? '', node.path))) continue;
      broken.push(...brokenRules(node));
    }
    return broken;
  }
}

/** The first errors, and how many more there are. */
function firstErrors(errors: readonly Refusal[]): readonly Refusal[] {
  const more = errors.length - MAX_REPORTED;
  return more <= 1 ? errors : [...errors.slice(0, MAX_REPORTED), moreErrors(more)];
}

function moreErrors(count: number): Refusal {
  return { reason: 'Invalid', message: `and ${count} more; correct these first` };
}

function bytesOf({ reason, message, path = '' }: Refusal): number {
  return reason.length + message.length + path.length;
}

/**
 * A rule may rely on the types in and below its node. So it is evaluated only where the schema found no error there.
 */
function isWithin(path: string, outer: string): boolean {
  return (
    outer === '' || path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`)
  );
}

function isAboutStatus({ path = '' }: Refusal): boolean {
  return isWithin(path, 'status');
}
