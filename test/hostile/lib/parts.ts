import { hostLabelValue } from '../../../src/api/route-name.ts';

export const CREATED = '2025-12-31T23:00:00Z';
export const HOST = 'backend.shop.svc.cluster.local';

/** `[make(0), make(1) …]` */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** A map with `count` members. */
export function map<T>(count: number, key: (index: number) => string, value: (index: number) => T) {
  return Object.fromEntries(times(count, (index) => [key(index), value(index)]));
}

/** Conditions on so many headers. */
export function manyHeaders(count: number) {
  return map(
    count,
    (at) => `h${at}`,
    () => ({ exact: 'a' }),
  );
}

/** Puts objects into a map by name, as Metacontroller sends them. */
export function byName<T extends { metadata: { name: string; namespace?: string } }>(
  objects: readonly T[],
): Record<string, T> {
  return Object.fromEntries(
    objects.map((object) => {
      const { namespace, name } = object.metadata;
      return [namespace === undefined ? name : `${namespace}/${name}`, object];
    }),
  );
}

const NESTED = 'nested to a depth of ';

/** A placeholder for `depth` nested lists and maps. `jsonOf` replaces it in the JSON text. */
export function nested(depth: number): string {
  return `${NESTED}${depth}`;
}

/** A body as JSON text. Some bodies are nested more deeply than `JSON.stringify` allows. */
export function jsonOf(body: object): string {
  return JSON.stringify(body).replace(new RegExp(`"${NESTED}(\\d+)"`, 'g'), (_all, depth) => {
    const half = Math.ceil(Number(depth) / 2);
    return `${'[{"f:a":'.repeat(half)}{}${'}]'.repeat(half)}`;
  });
}

export function injection(index: number, spec: object = {}) {
  const env = `env-${String(index).padStart(6, '0')}`;
  return {
    apiVersion: 'riskified.com/v1alpha1',
    kind: 'RouteInjection',
    metadata: { name: `${env}-backend`, labels: { 'riskified.com/host': hostLabelValue(HOST) } },
    spec: {
      env,
      envCreationTimestamp: CREATED,
      deployment: { namespace: 'shop', name: 'backend' },
      clone: `backend-${env}`,
      host: HOST,
      from: ['shared'],
      subset: env,
      matches: [{ headers: { user: { exact: env } } }],
      active: true,
      ...spec,
    },
  };
}

/** One injection in the form that it has in a plan. */
export function plannedInjection(index: number, spec: object = {}) {
  const { envCreationTimestamp, subset, active: _active, ...rest } = injection(index, spec).spec;
  return { ...rest, created: envCreationTimestamp, to: subset };
}

export function route(more: object = {}) {
  return { route: [{ destination: { host: 'backend', subset: 'shared' } }], ...more };
}

export function virtualService(spec: object, metadata: object = {}) {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'backend', namespace: 'shop', creationTimestamp: CREATED, ...metadata },
    spec: { hosts: ['backend'], ...spec },
  };
}

/** Header names that differ only in case. */
export function spelling(at: number): string {
  return [...'user-agent-name']
    .map((char, bit) => (at & (1 << bit) ? char.toUpperCase() : char))
    .join('');
}
