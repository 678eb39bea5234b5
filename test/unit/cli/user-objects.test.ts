import { describe, expect, test } from '@jest/globals';
import { asWritten, withinNamespaces, withoutEnvs } from '../../../src/cli/common/user-objects.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { DOMAIN, env, OWNER, object, routeTo, workload } from './objects.ts';

const left = (...objects: KubeObject[]) => withoutEnvs(objects, ['shop'], DOMAIN);

describe('objects of a cluster without its envs', () => {
  test.each<[string, KubeObject, number]>([
    ["people's", object('Deployment'), 1],
    [
      'an object that is being deleted',
      object('Deployment', { deletionTimestamp: '2020-01-01T00:00:00Z' }),
      0,
    ],
    [
      'an object of an env',
      object('Deployment', { ownerReferences: [{ ...OWNER, controller: true }] }),
      0,
    ],
    [
      'an object of another controller',
      object('Deployment', {
        ownerReferences: [{ ...OWNER, apiVersion: 'example.com/v1', controller: true }],
      }),
      1,
    ],
    [
      'an object that an env owns but does not control',
      object('Deployment', { ownerReferences: [OWNER] }),
      1,
    ],
    ['an orphan of a deleted env', object('Deployment', { labels: { 'dynamic-env': 'true' } }), 1],
    [
      'a VirtualService that routes to this namespace',
      object('VirtualService', {}, { http: [routeTo('backend')] }),
      1,
    ],
    [
      'a VirtualService of another namespace that routes to this one',
      object(
        'VirtualService',
        { namespace: 'far' },
        { http: [routeTo('a.shop.svc.cluster.local')] },
      ),
      1,
    ],
    [
      'a VirtualService that routes to another namespace',
      object('VirtualService', {}, { http: [routeTo('a.far.svc.cluster.local')] }),
      0,
    ],
    [
      'a VirtualService that routes to a namespace with a similar name',
      object('VirtualService', { namespace: 'workshop' }, { http: [routeTo('a')] }),
      0,
    ],
  ])('%s', (_, one, count) => {
    expect(left(one)).toHaveLength(count);
  });

  test('a root VirtualService is kept if it delegates to one that is kept', () => {
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

  test('metadata that the cluster keeps for itself is removed; creation time and uid stay', () => {
    const kept = { uid: 'u', creationTimestamp: '2020-01-01T00:00:00Z', generation: 3 };
    const busy = { ...kept, finalizers: ['a'], managedFields: [{}], ownerReferences: [OWNER] };
    expect(left(object('Service', busy))).toEqual([object('Service', kept)]);
  });
});

test('an env as its author wrote it, without status and finalizers', () => {
  const { status: _, ...rest } = env({});
  expect(asWritten(env({}))).toEqual({ ...rest, metadata: { name: 'a', uid: 'u' } });
});

describe('the part of an env in some namespaces', () => {
  test('other workloads are omitted, and lists that become empty', () => {
    const wide = env({
      subsets: [workload('shop'), workload('far')],
      consumers: [workload('far')],
    });
    expect(withinNamespaces(wide, ['shop'])).toEqual({
      ...wide,
      spec: { istioMatches: [], subsets: [workload('shop')] },
    });
  });

  test('undefined if no workload is left', () => {
    expect(withinNamespaces(env({ consumers: [workload('far')] }), ['shop'])).toBeUndefined();
  });
});
