import { cutText } from '../k8s/cut-text.ts';
import { isMap, type JsonMap } from '../k8s/json-map.ts';
import type { KubeObject } from '../k8s/object.ts';
import type { Layer } from './types.ts';

/** Kubernetes' `IsEnvVarName` (k8s.io/apimachinery/pkg/util/validation/validation.go); the CRDs have the same. */
const NAME = /^([-_a-zA-Z]|[.][-_a-zA-Z0-9])[-._a-zA-Z0-9]*$/;

/** What one layer says, or why it cannot be read: `spec.vars: expected a map of texts`. */
export type ReadLayer = { layer: Layer; parent: string | undefined } | { wrong: string };

/**
 * The layer of an Environment, which may have any shape: an earlier version of the CRD, or none, may have accepted it. What is
 * refused here would make pods that cannot start, or a Deployment that the API server refuses.
 */
export function readLayer(environment: KubeObject): ReadLayer {
  const { spec } = environment as { spec?: unknown };
  if (!isMap(spec)) return { wrong: 'spec: expected a map' };
  const found = FIELDS.find(([field, isRight]) => isSet(spec[field]) && !isRight(spec[field]));
  if (found !== undefined) return { wrong: `spec.${found[0]}: expected ${found[2]}` };
  const { extends: parent, vars, secrets, unset } = spec as Spec;
  const layer: Layer = {
    name: environment.metadata.name,
    ...(isSet(vars) && { vars }),
    ...(isSet(secrets) && { secrets }),
    ...(isSet(unset) && { unset }),
  };
  const wrong = wrongNames(layer);
  return wrong === undefined ? { layer, parent: parent ?? undefined } : { wrong };
}

/** As in the CRDs: the most names of one layer. Whoever stored more must not cost every reader of the chain time. */
const MAX_VARS = 128;
const MAX_SECRETS = 64;
const MAX_UNSET = 128;

/** The API server drops nulls; files may have them. */
type Spec = { [Field in 'vars' | 'secrets' | 'unset']?: Layer[Field] | null } & {
  extends?: string | null;
};

/** No name of a field is on Object.prototype. */
const FIELDS: readonly (readonly [keyof Spec, (value: unknown) => boolean, expected: string])[] = [
  ['extends', (value) => typeof value === 'string', 'the name of an Environment'],
  ['vars', isTexts, `a map of at most ${MAX_VARS} texts`],
  [
    'secrets',
    isSecrets,
    `a list of at most ${MAX_SECRETS} items with name and secretKeyRef (name, key)`,
  ],
  ['unset', isNames, `a list of at most ${MAX_UNSET} names`],
];

function isSet<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}

function isTexts(value: unknown): boolean {
  if (!isMap(value) || Object.keys(value).length > MAX_VARS) return false;
  return Object.values(value).every((one) => typeof one === 'string');
}

function isNames(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > MAX_UNSET) return false;
  return value.every((one) => typeof one === 'string');
}

function isSecrets(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > MAX_SECRETS) return false;
  return value.every((one) => isMap(one) && isSecret(one));
}

function isSecret({ name, secretKeyRef: ref }: JsonMap): boolean {
  if (typeof name !== 'string' || !isMap(ref)) return false;
  const { name: secret, key, optional } = ref;
  return (
    typeof secret === 'string' &&
    typeof key === 'string' &&
    (!isSet(optional) || typeof optional === 'boolean')
  );
}

function wrongNames({ vars = {}, secrets = [], unset = [] }: Layer): string | undefined {
  const fields = [
    ['vars', Object.keys(vars)],
    ['secrets', secrets.map(({ name }) => name)],
    ['unset', unset],
  ] as const;
  const seen = new Map<string, string>();
  for (const [field, names] of fields) {
    for (const name of names) {
      const shown = JSON.stringify(cutText(name, 64));
      if (!NAME.test(name)) return `spec.${field}: ${shown} is no name of a variable`;
      const other = seen.get(name);
      if (other !== undefined) return `${shown} is in spec.${other} and again in spec.${field}`;
      seen.set(name, field);
    }
  }
  return undefined;
}
