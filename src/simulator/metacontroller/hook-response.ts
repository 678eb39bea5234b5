import type { LabelSelector } from '../../k8s/object.ts';
import { isMap, type LocalObject } from '../object.ts';

/**
 * What Metacontroller reads from an answer, as strictly as for hook version v2: an unknown field, or a known one in
 * another letter case, fails the sync (https://metacontroller.github.io/metacontroller/api/hook.html).
 */
type Check = (value: unknown, path: string) => string[];

function wrongType(path: string, wanted: string): string[] {
  return [`cannot unmarshal ${path}: expected ${wanted}`];
}

/** Null is the zero value everywhere. */
function nullable(check: Check): Check {
  return (value, path) => (value === null ? [] : check(value, path));
}

function primitive(type: 'string' | 'number' | 'boolean'): Check {
  return nullable((value, path) => (typeof value === type ? [] : wrongType(path, type)));
}

function listOf(check: Check): Check {
  return nullable((value, path) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => check(item, `${path}[${index}]`))
      : wrongType(path, 'list'),
  );
}

function mapOf(check: Check): Check {
  return nullable((value, path) =>
    isMap(value)
      ? Object.entries(value).flatMap(([key, member]) => check(member, `${path}.${key}`))
      : wrongType(path, 'map'),
  );
}

function struct(fields: Readonly<Record<string, Check>>): Check {
  return nullable((value, path) => {
    if (!isMap(value)) return wrongType(path, 'map');
    return Object.entries(value).flatMap(([key, member]) => {
      const inner = path === '' ? key : `${path}.${key}`;
      const check = Object.hasOwn(fields, key) ? fields[key] : undefined;
      return check ? check(member, inner) : [`unknown field "${inner}"`];
    });
  });
}

const anything: Check = () => [];
const text = primitive('string');
const amount = primitive('number');
const flag = primitive('boolean');

/** An object must have a kind. */
const object: Check = nullable((value, path) => {
  if (!isMap(value)) return wrongType(path, 'object');
  return typeof value['kind'] === 'string' && value['kind'] !== ''
    ? []
    : [`Object 'Kind' is missing in ${path}`];
});

const selector = struct({
  matchLabels: mapOf(text),
  matchExpressions: listOf(struct({ key: text, operator: text, values: listOf(text) })),
});

const COMPOSITE = struct({
  status: mapOf(anything),
  children: listOf(object),
  resyncAfterSeconds: amount,
  finalized: flag,
});

const DECORATOR = struct({
  labels: mapOf(text),
  annotations: mapOf(text),
  status: mapOf(anything),
  attachments: listOf(object),
  resyncAfterSeconds: amount,
  finalized: flag,
});

const CUSTOMIZE = struct({
  relatedResources: listOf(
    struct({
      apiVersion: text,
      resource: text,
      labelSelector: selector,
      namespaceSelector: selector,
      namespace: text,
      names: listOf(text),
    }),
  ),
});

function decode(body: string, check: Check): Record<string, unknown> {
  const value: unknown = JSON.parse(body);
  const errors = check(value, '');
  if (errors.length > 0) throw new Error(`strict validation failed: ${errors.join(', ')}`);
  return isMap(value) ? value : {};
}

function objects(list: unknown): LocalObject[] {
  return ((list ?? []) as (LocalObject | null)[]).filter((object) => object !== null);
}

export interface CompositeAnswer {
  status: Record<string, unknown>;
  children: LocalObject[];
  resyncAfterSeconds: number;
  finalized: boolean;
}

export function decodeComposite(body: string): CompositeAnswer {
  const answer = decode(body, COMPOSITE);
  return {
    status: (answer['status'] ?? {}) as Record<string, unknown>,
    children: objects(answer['children']),
    resyncAfterSeconds: (answer['resyncAfterSeconds'] ?? 0) as number,
    finalized: (answer['finalized'] ?? false) as boolean,
  };
}

export interface DecoratorAnswer {
  labels: Record<string, string | null>;
  annotations: Record<string, string | null>;
  status: Record<string, unknown> | undefined;
  attachments: LocalObject[];
  resyncAfterSeconds: number;
  finalized: boolean;
}

export function decodeDecorator(body: string): DecoratorAnswer {
  const answer = decode(body, DECORATOR);
  return {
    labels: (answer['labels'] ?? {}) as Record<string, string | null>,
    annotations: (answer['annotations'] ?? {}) as Record<string, string | null>,
    status: (answer['status'] ?? undefined) as Record<string, unknown> | undefined,
    attachments: objects(answer['attachments']),
    resyncAfterSeconds: (answer['resyncAfterSeconds'] ?? 0) as number,
    finalized: (answer['finalized'] ?? false) as boolean,
  };
}

export interface Rule {
  apiVersion: string;
  resource: string;
  labelSelector?: LabelSelector | null;
  namespaceSelector?: LabelSelector | null;
  namespace?: string | null;
  names?: string[] | null;
}

export function decodeCustomize(body: string): Rule[] {
  return (decode(body, CUSTOMIZE)['relatedResources'] ?? []) as Rule[];
}
