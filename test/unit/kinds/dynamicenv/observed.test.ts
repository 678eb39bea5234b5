import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/k8s/object.ts';
import {
  allChildren,
  baseKeyOf,
  hostOf,
  injectionBaseKey,
  isBeingDeleted,
  keep,
  observe,
  sameObject,
} from '../../../../src/kinds/dynamicenv/observed.ts';
import {
  deepFreeze,
  deployment,
  injection,
  objectMap,
  rule,
  running,
} from '../../../support/objects.ts';

const LAST_APPLIED = 'metacontroller.k8s.io/last-applied-configuration';

describe('observe', () => {
  it('groups the children by kind', () => {
    const children = [
      deployment('shop/b'),
      deployment('shop/a'),
      rule('shop/c'),
      rule('bank/c'),
      injection({}, { name: 'z' }),
      injection({}, { name: 'y' }),
    ];
    const observed = observe(deepFreeze(objectMap(children)));
    expect(observed).toEqual({
      deployments: [deployment('shop/a'), deployment('shop/b')],
      rules: [rule('bank/c'), rule('shop/c')],
      injections: [injection({}, { name: 'y' }), injection({}, { name: 'z' })],
    });
    expect(allChildren(observed)).toEqual([
      ...observed.deployments,
      ...observed.rules,
      ...observed.injections,
    ]);
  });

  it('is empty if nothing was sent', () => {
    expect(observe({})).toEqual({ deployments: [], rules: [], injections: [] });
  });
});

it.each<[KubeObject, KubeObject, boolean]>([
  [rule('shop/a'), rule('shop/a', { host: 'x' }), true],
  [rule('shop/a'), rule('shop/b'), false],
  [rule('shop/a'), rule('bank/a'), false],
  [rule('shop/a'), deployment('shop/a'), false],
  [injection({}, { name: 'a' }), injection({}, { name: 'a' }), true],
  [injection({}, { name: 'a' }), injection({}, { name: 'a', namespace: '' }), true],
  [injection({}, { name: 'a' }), injection({}, { name: 'a', namespace: 'x' }), false],
])('sameObject %#', (a, b, expected) => {
  expect(sameObject(a, b)).toBe(expected);
});

it('reads the marks', () => {
  const annotations = { 'riskified.com/deployment': 'shop/x', 'riskified.com/service-host': 'h' };
  const marked = rule('shop/a', {}, { annotations });
  expect([baseKeyOf(marked), hostOf(marked)]).toEqual(['shop/x', 'h']);
  expect([baseKeyOf(rule('shop/a')), hostOf(rule('shop/a'))]).toEqual([undefined, undefined]);
  expect(injectionBaseKey(injection())).toBe('shop/backend');
});

it('knows which objects are being deleted', () => {
  expect(isBeingDeleted(rule('shop/a', {}, { deletionTimestamp: 'x' }))).toBe(true);
  expect(isBeingDeleted(rule('shop/a'))).toBe(false);
});

describe('keep, in server-side-apply mode', () => {
  it('returns labels, annotations and spec, without what others own', () => {
    const child = running(
      deployment(
        'shop/backend-alice',
        {},
        {
          uid: 'u',
          resourceVersion: '5',
          generation: 2,
          creationTimestamp: 'x',
          managedFields: [{}],
          ownerReferences: [],
          labels: { 'controller-uid': 'u', a: 'b' },
          annotations: {
            note: 'x',
            'deployment.kubernetes.io/revision': '2',
            'riskified.com/draining-since': 'then',
            'riskified.com/repair': '4',
          },
        },
      ),
    );
    expect(keep(deepFreeze(child))).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'backend-alice',
        namespace: 'shop',
        labels: { 'controller-uid': 'u', a: 'b' },
        annotations: { note: 'x' },
      },
      spec: child.spec,
    });
  });

  it('returns no namespace and no labels if there are none', () => {
    expect(keep(injection())).toEqual({
      ...injection(),
      metadata: { name: 'alice-backend', annotations: {} },
    });
  });
});

describe('keep, in dynamic-apply mode', () => {
  const asked = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: {
      name: 'a',
      namespace: 'shop',
      labels: { 'controller-uid': 'u' },
      annotations: { note: 'asked', 'riskified.com/draining-since': 'then' },
    },
    spec: { host: 'asked' },
  };
  const child = (text: string) =>
    rule('shop/a', { host: 'now' }, { annotations: { note: 'now', [LAST_APPLIED]: text } });

  it('returns what was applied last', () => {
    expect(keep(deepFreeze(child(JSON.stringify(asked))))).toEqual({
      ...asked,
      metadata: { ...asked.metadata, annotations: { note: 'asked' } },
    });
  });

  it.each([
    ['is not JSON', '{'],
    ['is nothing', 'null'],
    ['is not an object', '{}'],
    ['is about another object', JSON.stringify({ ...asked, metadata: { name: 'b' } })],
  ])('returns the child itself if the annotation %s', (_what, text) => {
    expect(keep(child(text))).toEqual({
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: 'a', namespace: 'shop', annotations: { note: 'now' } },
      spec: { host: 'now', subsets: rule('shop/a').spec.subsets },
    });
  });
});
