import type { KubeObject } from '../k8s/object.ts';
import { objectSchema } from './object-meta.ts';
import type { Refusal } from './refusal.ts';
import { rememberedByText } from './remembered.ts';
import { compileKeywords } from './schema-ajv.ts';
import { compileRules } from './schema-cel.ts';
import { applyDefaults } from './schema-defaults.ts';
import { duplicateItems } from './schema-list-map.ts';
import type { CustomResourceDefinition, Schema } from './schema-types.ts';
import { unknownFields } from './schema-unknown.ts';
import { schemaNodes } from './schema-walk.ts';

export interface Verdict {
  /** What the API server would refuse. */
  errors: Refusal[];
  /** Fields that the API server would drop, or refuse under strict field validation (kubectl's default). */
  unknown: Refusal[];
}

/** What the API server does with the objects of one kind, without an API server. */
export interface CrdValidator {
  /** The object as its author writes it: what its status says does not count, as the API server drops it. */
  validate(object: unknown): Verdict;
  /** The errors in an object's spec alone. An object that comes back with every resync is judged once. */
  specErrors(object: KubeObject): readonly Refusal[];
  /** The status alone, which is written by itself. */
  validateStatus(object: unknown): Verdict;
  /** A copy with the defaults of the schema. */
  withDefaults<T>(object: T): T;
}

/** More than a cluster has envs whose syncs are small beside the judging; each takes a few KiB. */
const REMEMBERED = 512;

/** Compiles the stored version's schema and rules; throws when the CRD itself is wrong. */
export function compileCrd(crd: CustomResourceDefinition): CrdValidator {
  const schema = objectSchema(crd);
  const verdict = compileVerdict(schema);
  const validate = (object: unknown): Verdict => {
    const { errors, unknown } = verdict(object);
    return { errors: errors.filter((error) => !isAboutStatus(error)), unknown };
  };
  const errorsIn = rememberedByText(REMEMBERED, (text) => validate(JSON.parse(text)).errors);
  return {
    validate,
    specErrors: (object) => {
      const { apiVersion, kind, metadata, spec } = object as KubeObject & { spec?: unknown };
      const { name, namespace } = metadata;
      return errorsIn(JSON.stringify({ apiVersion, kind, metadata: { name, namespace }, spec }));
    },
    validateStatus: (object) => {
      const { errors, unknown } = verdict(object);
      return { errors: errors.filter(isAboutStatus), unknown: unknown.filter(isAboutStatus) };
    },
    withDefaults: <T>(object: T) => applyDefaults(schema, object) as T,
  };
}

function compileVerdict(schema: Schema): (object: unknown) => Verdict {
  const keywordErrors = compileKeywords(schema);
  const brokenRules = compileRules(schema);
  return (object) => {
    const value = applyDefaults(schema, object);
    const errors = keywordErrors(value);
    const rules = [...schemaNodes(schema, value)]
      .filter(({ path }) => !errors.some((error) => isWithin(error.path ?? '', path)))
      .flatMap(brokenRules);
    return {
      errors: [...errors, ...duplicateItems(schema, value), ...rules],
      unknown: unknownFields(schema, value),
    };
  };
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
