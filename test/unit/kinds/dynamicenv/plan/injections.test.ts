import { expect, it } from '@jest/globals';
import { hash10 } from '../../../../../src/k8s/hash.ts';
import { routeInjection } from '../../../../../src/kinds/dynamicenv/plan/injections.ts';
import { deepFreeze, dynamicEnv, stamp, workload } from '../../../../support/objects.ts';

const HOST = 'backend.shop.svc.cluster.local';
const entry = (kind: 'subset' | 'consumer') => ({
  kind,
  workload: workload('shop/backend'),
  key: 'shop/backend',
});
const subsets = (from: string[]) =>
  deepFreeze({ from, to: { name: 'backend-alice', others: {} }, exposed: [] });
const whole = {
  apiVersion: 'riskified.com/v1alpha1',
  kind: 'RouteInjection',
  metadata: {
    name: `alice-backend-${hash10('alice', 'shop', 'backend', HOST)}`,
    labels: { 'riskified.com/host': hash10(HOST), 'dynamic-env': 'true' },
    annotations: { 'riskified.com/dynamic-environment': 'alice' },
  },
  spec: {
    env: 'alice',
    envCreationTimestamp: stamp(-3600),
    deployment: { namespace: 'shop', name: 'backend' },
    clone: 'backend-alice',
    host: HOST,
    from: ['a', 'b'],
    subset: 'backend-alice',
    matches: [{ headers: { user: { exact: 'alice' } } }],
    active: false,
  },
};

it('requests a subset, with the names that it replaces, sorted and without duplicates', () => {
  const env = deepFreeze(dynamicEnv());
  expect(routeInjection(env, entry('subset'), HOST, subsets(['b', 'a', 'b']))).toEqual(whole);
});

it('requests no subset for a consumer', () => {
  const { subset: _subset, ...spec } = whole.spec;
  expect(routeInjection(dynamicEnv(), entry('consumer'), HOST, subsets(['a', 'b']))).toEqual({
    ...whole,
    spec,
  });
});

it('names other subsets of the env, and other people’s subsets that select its pods, if there are any', () => {
  const exposed = [{ subset: 'any', remedy: 'add a label' }];
  const to = { name: 'backend-alice', others: { b: 'backend-alice-2' } };
  const { spec } = routeInjection(dynamicEnv(), entry('subset'), HOST, {
    from: ['a', 'b'],
    to,
    exposed,
  });
  expect(spec).toEqual({ ...whole.spec, subsets: { b: 'backend-alice-2' }, exposed });
});

it('works without a creation time, as in a preview', () => {
  const { creationTimestamp: _time, ...metadata } = dynamicEnv().metadata;
  const { spec } = routeInjection(
    { ...dynamicEnv(), metadata },
    entry('subset'),
    HOST,
    subsets([]),
  );
  expect(spec.envCreationTimestamp).toBe('');
});
