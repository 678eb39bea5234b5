import { describe, expect, it } from '@jest/globals';
import type { ScopeEntry } from '../../../../../src/api/dynamicenv.ts';
import type { KubeObject } from '../../../../../src/k8s/object.ts';
import { scopeOf } from '../../../../../src/kinds/dynamicenv/configuration/scope.ts';
import { meshView } from '../../../../../src/mesh/view.ts';
import { reading, statefulSet } from '../../../../support/configuration.ts';
import { CONFIG, dynamicEnv, objectMap, workload } from '../../../../support/objects.ts';

const OWNER = {
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'DynamicEnv',
  name: 'bob',
  uid: 'bob-uid',
  controller: true,
};
const OBJECTS: KubeObject[] = [
  reading('shop/cart', { meta: { labels: { tier: 'back' } } }),
  reading('shop/blog'),
  reading('shop/bare', { labels: { app: 'bare' } }),
  reading('shop/empty', { labels: { app: 'empty', version: '' } }),
  reading('shop/branch', { labels: { app: 'cart', version: 'mp-7' } }),
  reading('shop/marked', { meta: { labels: { 'dynamic-env': 'true' } } }),
  reading('shop/owned', { meta: { ownerReferences: [OWNER] } }),
  reading('bank/teller'),
  statefulSet('shop/store', { labels: { app: 'store' } }),
  statefulSet('shop/store-branch', { labels: { version: 'mp-7' } }),
  statefulSet('bank/teller'),
];

function scope(entries: ScopeEntry[], objects = OBJECTS, spec = {}) {
  const env = dynamicEnv({ subsets: [], scope: entries, ...spec });
  const { candidates, empty } = scopeOf(env, meshView(objectMap(objects), 'cluster.local'), CONFIG);
  const keys = candidates.map(
    ({ kind, key, isConsumerAllowed }) => `${kind} ${key}${isConsumerAllowed ? ' +' : ''}`,
  );
  return { keys, empty };
}

describe('scopeOf', () => {
  it('takes bases of the default version, and those without a version, but no clones', () => {
    expect(scope([{ namespace: 'shop' }]).keys).toEqual([
      'Deployment shop/bare',
      'Deployment shop/blog',
      'Deployment shop/cart',
      'Deployment shop/empty',
      'StatefulSet shop/store',
    ]);
  });

  it('tells the entries in which no workload has the default version', () => {
    const objects = ['v1', 'v2', 'v3', 'v4'].map((version) =>
      reading(`shop/${version}`, { labels: { version } }),
    );
    const entry = { namespace: 'shop' };
    const text =
      'spec.scope[0] selects workloads whose pods have version: v1, v2, v3 …, and only those with version: shared count; list them under spec.subsets with their defaultVersion, or correct the label in their templates';
    expect(scope([entry], objects)).toEqual({ keys: [], empty: [text] });
    expect(scope([entry], [...objects, reading('shop/cart')]).empty).toEqual([]);
    const subsets = [workload('shop/v1', { defaultVersion: 'v1' })];
    expect(scope([entry], objects, { subsets })).toEqual({ keys: [], empty: [] });
  });

  it('leaves out the Deployments that the spec names, and no StatefulSet of such a name', () => {
    const subsets = [workload('bank/teller')];
    expect(scope([{ namespace: 'bank' }], OBJECTS, { subsets }).keys).toEqual([
      'StatefulSet bank/teller',
    ]);
  });

  it('selects by the labels of the objects themselves', () => {
    expect(
      scope([{ namespace: 'shop', selector: { matchLabels: { tier: 'back' } } }]).keys,
    ).toEqual(['Deployment shop/cart']);
    const selector = { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' as const }] };
    expect(scope([{ namespace: 'shop', selector }]).keys).not.toContain('Deployment shop/cart');
  });

  it('takes a Deployment and a StatefulSet of one name', () => {
    expect(scope([{ namespace: 'bank' }]).keys).toEqual([
      'Deployment bank/teller',
      'StatefulSet bank/teller',
    ]);
  });

  it('answers the same in whatever order entries and objects come', () => {
    const entries = [
      { namespace: 'shop', consumers: true, selector: { matchLabels: { tier: 'back' } } },
      { namespace: 'bank', selector: {} },
      { namespace: 'shop' },
    ];
    const forward = scope(entries);
    expect(forward.keys).toContain('Deployment shop/cart +');
    expect(forward.keys).toContain('Deployment shop/blog');
    expect(scope([...entries].reverse(), [...OBJECTS].reverse())).toEqual(forward);
  });

  it('leaves out what the spec names, as a base or as a version that exists already', () => {
    const subsets = [workload('shop/cart', { existing: { deployment: 'bare' } })];
    const consumers = [workload('shop/blog')];
    expect(scope([{ namespace: 'shop' }], OBJECTS, { subsets, consumers }).keys).toEqual([
      'Deployment shop/empty',
      'StatefulSet shop/store',
    ]);
  });

  it('names the entries that select nothing', () => {
    const nothing = { namespace: 'shop', selector: { matchLabels: { tier: 'none' } } };
    const text = 'selects no Deployment and no StatefulSet; correct the namespace or the selector';
    expect(scope([{ namespace: 'none' }, { namespace: 'shop' }, nothing]).empty).toEqual([
      `spec.scope[0] ${text}`,
      `spec.scope[2] ${text}`,
    ]);
  });
});
