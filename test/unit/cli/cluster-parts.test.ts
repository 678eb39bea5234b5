import { describe, expect, test } from '@jest/globals';
import type { DynamicEnv, Workload } from '../../../src/api/dynamicenv.ts';
import { injectedRouteName } from '../../../src/api/route-name.ts';
import {
  asWritten,
  downClones,
  withinNamespaces,
  withoutEnvs,
} from '../../../src/cli/shared/cluster-parts.ts';
import type { KubeObject, ObjectMeta } from '../../../src/k8s/object.ts';

const DOMAIN = 'cluster.local';
const OWNER = { apiVersion: 'riskified.com/v1alpha1', kind: 'DynamicEnv', name: 'a', uid: 'u' };

function object(kind: string, metadata: Partial<ObjectMeta> = {}, spec: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name: 'x', namespace: 'shop', ...metadata },
    spec,
  } as KubeObject;
}

const routeTo = (host: string, name?: string) => ({
  ...(name === undefined ? {} : { name }),
  route: [{ destination: { host } }],
});
const left = (...objects: KubeObject[]) => withoutEnvs(objects, ['shop'], DOMAIN);

describe('what stays of a cluster without its envs', () => {
  test.each<[string, KubeObject, number]>([
    ["people's", object('Deployment'), 1],
    [
      'what is being deleted',
      object('Deployment', { deletionTimestamp: '2020-01-01T00:00:00Z' }),
      0,
    ],
    ["an env's", object('Deployment', { ownerReferences: [{ ...OWNER, controller: true }] }), 0],
    [
      "another controller's",
      object('Deployment', {
        ownerReferences: [{ ...OWNER, apiVersion: 'example.com/v1', controller: true }],
      }),
      1,
    ],
    [
      'one that an env owns without controlling it',
      object('Deployment', { ownerReferences: [OWNER] }),
      1,
    ],
    ['an orphan of an env', object('Deployment', { labels: { 'dynamic-env': 'true' } }), 1],
    ['a VirtualService to here', object('VirtualService', {}, { http: [routeTo('backend')] }), 1],
    [
      'one of elsewhere to here',
      object(
        'VirtualService',
        { namespace: 'far' },
        { http: [routeTo('a.shop.svc.cluster.local')] },
      ),
      1,
    ],
    [
      'one to elsewhere',
      object('VirtualService', {}, { http: [routeTo('a.far.svc.cluster.local')] }),
      0,
    ],
    [
      'one to a namespace of a like name',
      object('VirtualService', { namespace: 'workshop' }, { http: [routeTo('a')] }),
      0,
    ],
  ])('%s', (_, one, count) => {
    expect(left(one)).toHaveLength(count);
  });

  test('a VirtualService that delegates to one that stays, and no other root', () => {
    const child = object('VirtualService', { name: 'child' }, { http: [routeTo('backend')] });
    const root = (name: string, spec: object) =>
      object(
        'VirtualService',
        { name, namespace: 'edge' },
        {
          hosts: ['a.example.com'],
          http: [{ delegate: { name: 'child', namespace: 'shop' } }],
          ...spec,
        },
      );
    const to = (name: string) => ({ http: [{ delegate: { name, namespace: 'shop' } }] });
    const all = [child, root('own', {}), root('other', to('else')), root('none', { http: null })];
    expect(
      left(...all, object('VirtualService', { name: 'empty' }, {})).map(
        ({ metadata }) => metadata.name,
      ),
    ).toEqual(['child', 'own']);
  });

  test('VirtualServices lose our marks and routes, and nothing else', () => {
    const own = [routeTo('backend', 'mine'), routeTo('backend')];
    const marked = object(
      'VirtualService',
      {
        annotations: {
          'riskified.com/route-injections': '{}',
          'riskified.com/dynamic-environment': 'a',
          note: 'b',
        },
        labels: { 'env.riskified.com/a': 'injected', app: 'b' },
      },
      {
        hosts: ['backend'],
        http: [routeTo('backend', 'dynamic-environment-a-backend-0123456789'), ...own],
      },
    );
    expect(left(marked)).toEqual([
      object(
        'VirtualService',
        { annotations: { note: 'b' }, labels: { app: 'b' } },
        { hosts: ['backend'], http: own },
      ),
    ]);
  });

  test("a cluster's bookkeeping goes, age and uid stay", () => {
    const kept = { uid: 'u', creationTimestamp: '2020-01-01T00:00:00Z', generation: 3 };
    const busy = { ...kept, finalizers: ['a'], managedFields: [{}], ownerReferences: [OWNER] };
    expect(left(object('Service', busy))).toEqual([object('Service', kept)]);
  });
});

const workload = (namespace: string): Workload => ({ name: 'backend', namespace });
const env = (spec: Partial<DynamicEnv['spec']>): DynamicEnv => ({
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'DynamicEnv',
  metadata: { name: 'a', uid: 'u', finalizers: ['f'] },
  spec: { istioMatches: [], ...spec },
  status: { state: 'ready', totalCount: 0, totalReady: 0 },
});

test('an env as it was written has no status and no finalizer', () => {
  const { status: _, ...rest } = env({});
  expect(asWritten(env({}))).toEqual({ ...rest, metadata: { name: 'a', uid: 'u' } });
});

describe('the part of an env in some namespaces', () => {
  test('other workloads are left out, and lists that become empty', () => {
    const wide = env({
      subsets: [workload('shop'), workload('far')],
      consumers: [workload('far')],
    });
    expect(withinNamespaces(wide, ['shop'])).toEqual({
      ...wide,
      spec: { istioMatches: [], subsets: [workload('shop')] },
    });
  });

  test('none', () => {
    expect(withinNamespaces(env({ consumers: [workload('far')] }), ['shop'])).toBeUndefined();
  });
});

describe('clones without pods', () => {
  const owned = { ownerReferences: [{ ...OWNER, controller: true }] };
  const clone = object('Deployment', {
    ...owned,
    name: 'backend-a',
    annotations: { 'riskified.com/spec-hash': 'h' },
  });
  const living = env({ subsets: [workload('shop')] });
  const found = { namespace: 'shop', name: 'backend-a', specHash: 'h', isRouted: false };

  test('one of the env', () => {
    expect(downClones([living], [clone], DOMAIN)).toEqual([found]);
  });

  test('with its routes in place', () => {
    const host = 'backend.shop.svc.cluster.local';
    const name = injectedRouteName('a', { namespace: 'shop', name: 'backend' }, host);
    const routed = [
      object('Service', { name: 'backend' }),
      object('VirtualService', {}, { http: [routeTo('backend', name)] }),
    ];
    expect(downClones([living], [clone, ...routed], DOMAIN)).toEqual([
      { ...found, isRouted: true },
    ]);
    expect(downClones([living], [clone, ...routed.slice(1)], DOMAIN)).toEqual([found]);
  });

  test('not one that only has the name, nor one with pods', () => {
    const stranger = object('Deployment', { name: 'backend-a' });
    const conditions = [{ type: 'Available', status: 'True' }];
    const well = { ...clone, status: { availableReplicas: 1, conditions } };
    for (const one of [stranger, well]) expect(downClones([living], [one], DOMAIN)).toEqual([]);
  });
});
