import { expect, it } from '@jest/globals';
import { routeInjection } from '../../../src/domain/injections.ts';
import { hash10 } from '../../../src/k8s/hash.ts';
import { deepFreeze, dynamicEnv, stamp, workload } from '../../support/objects.ts';

const HOST = 'backend.shop.svc.cluster.local';
const entry = (kind: 'subset' | 'consumer') => ({
  kind,
  workload: workload('shop/backend'),
  key: 'shop/backend',
});
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
    subset: 'alice',
    matches: [{ headers: { user: { exact: 'alice' } } }],
    active: false,
  },
};

it('asks for a subset, with the names it replaces sorted and once each', () => {
  const env = deepFreeze(dynamicEnv());
  expect(routeInjection(env, entry('subset'), HOST, deepFreeze(['b', 'a', 'b']))).toEqual(whole);
});

it('asks for nothing for a consumer', () => {
  const { subset: _subset, ...spec } = whole.spec;
  expect(routeInjection(dynamicEnv(), entry('consumer'), HOST, ['a', 'b'])).toEqual({
    ...whole,
    spec,
  });
});

it('shortens the env where it is a subset, and nowhere else', () => {
  const env = dynamicEnv({}, { name: 'x.y' });
  const { spec } = routeInjection(env, entry('subset'), HOST, []);
  expect([spec.env, spec.subset]).toEqual(['x.y', `x-y-${hash10('x.y')}`]);
});

it('can do without a creation time, as in a preview', () => {
  const { creationTimestamp: _time, ...metadata } = dynamicEnv().metadata;
  const { spec } = routeInjection({ ...dynamicEnv(), metadata }, entry('subset'), HOST, []);
  expect(spec.envCreationTimestamp).toBe('');
});
