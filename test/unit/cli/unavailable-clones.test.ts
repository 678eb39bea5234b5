import { describe, expect, test } from '@jest/globals';
import { injectedRouteName } from '../../../src/api/route-name.ts';
import { unavailableClones } from '../../../src/cli/common/unavailable-clones.ts';
import { DOMAIN, env, OWNER, object, routeTo, workload } from './objects.ts';

describe('which clones have no available pods', () => {
  const owned = { ownerReferences: [{ ...OWNER, controller: true }] };
  const clone = object('Deployment', {
    ...owned,
    name: 'backend-a',
    annotations: { 'riskified.com/spec-hash': 'h' },
  });
  const living = env({ subsets: [workload('shop')] });
  const found = { namespace: 'shop', name: 'backend-a', specHash: 'h', isRouted: false };

  test('a clone of the env', () => {
    expect(unavailableClones([living], [clone], DOMAIN)).toEqual([found]);
  });

  test('a clone whose routes are in place', () => {
    const host = 'backend.shop.svc.cluster.local';
    const name = injectedRouteName('a', { namespace: 'shop', name: 'backend' }, host);
    const routed = [
      object('Service', { name: 'backend' }),
      object('VirtualService', {}, { http: [routeTo('backend', name)] }),
    ];
    expect(unavailableClones([living], [clone, ...routed], DOMAIN)).toEqual([
      { ...found, isRouted: true },
    ]);
    expect(unavailableClones([living], [clone, ...routed.slice(1)], DOMAIN)).toEqual([found]);
  });

  test('not a Deployment that only has the same name, and not a clone with pods', () => {
    const stranger = object('Deployment', { name: 'backend-a' });
    const conditions = [{ type: 'Available', status: 'True' }];
    const well = { ...clone, status: { availableReplicas: 1, conditions } };
    for (const one of [stranger, well])
      expect(unavailableClones([living], [one], DOMAIN)).toEqual([]);
  });
});
