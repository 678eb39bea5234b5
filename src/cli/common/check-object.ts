import { shapeText, wrongShape } from '../../api/foreign-shapes.ts';
import type { CrdValidator } from '../../crd/schema.ts';
import { validatorKey } from '../../crds.ts';
import { isMap } from '../../k8s/json-map.ts';
import type { Discovery } from '../../simulator/discovery.ts';

export type Path = readonly (string | number)[];

export interface Mistake {
  path: Path;
  /** Begins with the field's name, if there is one. */
  message: string;
}

/** The first reason for which an API server would refuse this value as an object; undefined: there is none. */
export function checkObject(
  value: unknown,
  validators: Record<string, CrdValidator>,
  kinds: Discovery,
): Mistake | undefined {
  if (!isMap(value)) return { path: [], message: 'expected a Kubernetes object' };
  return (
    checkKind(value, kinds) ??
    checkMetadata(value['metadata']) ??
    checkNeeded(value) ??
    checkShape(value, validators) ??
    checkByCrd(value, validators, kinds)
  );
}

function checkKind(value: Record<string, unknown>, { kindOf }: Discovery): Mistake | undefined {
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string') return wrong('apiVersion', 'expected a text');
  if (typeof kind !== 'string') return wrong('kind', 'expected a text');
  try {
    kindOf({ apiVersion, kind });
    return undefined;
  } catch (error) {
    return wrong('kind', (error as Error).message);
  }
}

function checkMetadata(metadata: unknown): Mistake | undefined {
  if (!isMap(metadata)) return wrong('metadata', 'expected a map with a name');
  const { name, namespace } = metadata;
  if (typeof name !== 'string' || name === '') return wrong('metadata.name', expectedName(name));
  if (typeof (namespace ?? '') !== 'string') {
    return wrong('metadata.namespace', expectedName(namespace));
  }
  return checkTexts(metadata, 'labels') ?? checkTexts(metadata, 'annotations');
}

/** YAML reads `123` and `y` as a number and as true. */
function expectedName(found: unknown): string {
  const isScalar = typeof found === 'number' || typeof found === 'boolean';
  return isScalar ? 'expected a name; quote it' : 'expected a name';
}

function checkTexts(metadata: Record<string, unknown>, field: string): Mistake | undefined {
  const map = metadata[field] ?? {};
  if (!isMap(map)) return wrong(`metadata.${field}`, 'expected a map');
  const found = Object.entries(map).find(([, item]) => typeof item !== 'string');
  if (found === undefined) return undefined;
  const [key] = found;
  const message = `metadata.${field}.${key}: expected a text; quote it`;
  return { path: ['metadata', field, key], message };
}

/** Fields that decisions read without a check, because an API server refuses objects without them. */
const NEEDED: Record<string, string[]> = {
  Deployment: ['spec.selector', 'spec.template.metadata', 'spec.template.spec'],
};

function checkNeeded(value: Record<string, unknown>): Mistake | undefined {
  const fields = NEEDED[String(value['kind'])] ?? [];
  const missing = fields.find((field) => !isMap(memberOf(value, pathOf(field))));
  return missing === undefined ? undefined : wrong(missing, 'expected a map');
}

/** Istio's CRDs allow these kinds without a spec. Such an object has no effect. */
const MAY_BE_EMPTY = ['DestinationRule', 'VirtualService'];

export function isEmpty(value: object): boolean {
  const { kind, spec } = value as { kind?: unknown; spec?: unknown };
  return MAY_BE_EMPTY.includes(String(kind)) && (spec ?? null) === null;
}

/** Kinds with a CRD of ours are left to their validator, which checks more. */
function checkShape(
  value: Record<string, unknown>,
  validators: Record<string, CrdValidator>,
): Mistake | undefined {
  const kind = String(value['kind']);
  if (validatorOf(value, validators) !== undefined || isEmpty(value)) return undefined;
  const found = wrongShape(kind, value);
  return found && { path: found.path, message: shapeText(found) };
}

/** By kind; or by kind and group, where two groups have a kind of that name. */
function validatorOf(
  { apiVersion, kind }: Record<string, unknown>,
  validators: Record<string, CrdValidator>,
): CrdValidator | undefined {
  const keys = [String(kind), validatorKey({ apiVersion: String(apiVersion), kind: String(kind) })];
  const key = keys.find((one) => Object.hasOwn(validators, one));
  return key === undefined ? undefined : validators[key];
}

function memberOf(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (isMap(at) ? at[key] : undefined), value);
}

/** The API server converts an object to the stored version first. All versions of a kind of ours have the same schema. */
function checkByCrd(
  value: Record<string, unknown>,
  validators: Record<string, CrdValidator>,
  { kindOf }: Discovery,
): Mistake | undefined {
  const validator = validatorOf(value, validators);
  if (validator === undefined) return undefined;
  const { group, version } = kindOf(value as { apiVersion: string; kind: string });
  const found = validator.validate({ ...value, apiVersion: `${group}/${version}` });
  const refusal = [...found.errors, ...found.unknown][0];
  return refusal && wrong(refusal.path ?? '', refusal.message);
}

function wrong(field: string, message: string): Mistake {
  return { path: pathOf(field), message: field === '' ? message : `${field}: ${message}` };
}

/** Splits `spec.subsets[0].name` or `spec.headers[x.y]` into the keys to follow. */
function pathOf(field: string): Path {
  return [...field.matchAll(/\["?([^\]"]*)"?\]|([^.[\]]+)/g)].map(([, key, name]) => {
    if (key === undefined) return name ?? '';
    return /^\d+$/.test(key) ? Number(key) : key;
  });
}
