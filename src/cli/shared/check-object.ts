import { shapeText, wrongShape } from '../../api/foreign-shapes.ts';
import type { CrdValidator } from '../../crd/schema.ts';
import { isMap } from '../../k8s/json-map.ts';
import type { Discovery } from '../../simulator/discovery.ts';

export type Path = readonly (string | number)[];

export interface Mistake {
  path: Path;
  /** Begins with the field's name, if there is one. */
  message: string;
}

/** The first thing for which an API server would refuse what is to be an object of a kind that is known here. */
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
    checkByCrd(value, validators)
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
  if (typeof name !== 'string' || name === '') return wrong('metadata.name', 'expected a name');
  if (typeof (namespace ?? '') !== 'string') return wrong('metadata.namespace', 'expected a name');
  return checkTexts(metadata, 'labels') ?? checkTexts(metadata, 'annotations');
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

/** What the decisions read without asking, since an API server lets no object pass without it. */
const NEEDED: Record<string, string[]> = {
  Deployment: ['spec.selector', 'spec.template.metadata', 'spec.template.spec'],
};

function checkNeeded(value: Record<string, unknown>): Mistake | undefined {
  const fields = NEEDED[String(value['kind'])] ?? [];
  const missing = fields.find((field) => !isMap(memberOf(value, pathOf(field))));
  return missing === undefined ? undefined : wrong(missing, 'expected a map');
}

/** Istio's definitions let these pass without a spec, though nothing can be made of them. */
const MAY_BE_EMPTY = ['DestinationRule', 'VirtualService'];

export function isEmpty(value: object): boolean {
  const { kind, spec } = value as { kind?: unknown; spec?: unknown };
  return MAY_BE_EMPTY.includes(String(kind)) && (spec ?? null) === null;
}

/** Of our own kinds the definitions say more. */
function checkShape(
  value: Record<string, unknown>,
  validators: Record<string, CrdValidator>,
): Mistake | undefined {
  const kind = String(value['kind']);
  if (Object.hasOwn(validators, kind) || isEmpty(value)) return undefined;
  const found = wrongShape(kind, value);
  return found && { path: found.path, message: shapeText(found) };
}

function memberOf(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (isMap(at) ? at[key] : undefined), value);
}

function checkByCrd(
  value: Record<string, unknown>,
  validators: Record<string, CrdValidator>,
): Mistake | undefined {
  const verdict = validators[String(value['kind'])]?.validate(value);
  const refusal = verdict && [...verdict.errors, ...verdict.unknown][0];
  return refusal && wrong(refusal.path ?? '', refusal.message);
}

function wrong(field: string, message: string): Mistake {
  return { path: pathOf(field), message: field === '' ? message : `${field}: ${message}` };
}

/** `spec.subsets[0].name` and `spec.headers[x.y]` as the members to follow. */
function pathOf(field: string): Path {
  return [...field.matchAll(/\["?([^\]"]*)"?\]|([^.[\]]+)/g)].map(([, key, name]) => {
    if (key === undefined) return name ?? '';
    return /^\d+$/.test(key) ? Number(key) : key;
  });
}
