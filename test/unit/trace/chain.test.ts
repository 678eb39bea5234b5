import { describe, expect, it } from '@jest/globals';
import type { HTTPRoute } from '../../../src/istio/types.ts';
import { virtualService } from '../../support/objects.ts';
import { call, envInjection, POD, routeTo, shop, traced, user } from './builders.ts';

describe('several hops', () => {
  it('each hop is called by the pods that answered the hop before, with the same headers', () => {
    const injections = [envInjection('alice')];
    const objects = shop({ injections, envs: ['alice'] });
    const found = traced(objects, [call('backend', user('alice')), call('web', user('alice'))]);
    expect(found.reached).toBe(true);
    expect(found.hops[1]?.caller).toEqual({
      kind: 'pod',
      gateway: 'mesh',
      namespace: 'shop',
      labels: { app: 'backend', version: 'alice' },
      workload: 'Deployment shop/backend-alice',
    });
    expect(found.notes).toEqual([]);
  });

  it('after a gateway, later hops are in the mesh', () => {
    const edge = virtualService('shop/edge', {
      hosts: ['x.com'],
      gateways: ['gw'],
      http: [routeTo('web', 'shared')],
    });
    const gateway = { ...POD, kind: 'gateway' as const, gateway: 'shop/gw' };
    const found = traced(shop({ more: [edge] }), [call('x.com'), call('backend')], gateway);
    expect(found.hops.map(({ caller, outcome }) => [caller.gateway, outcome])).toEqual([
      ['shop/gw', 'pods'],
      ['mesh', 'pods'],
    ]);
  });

  it('are not called after a hop that reaches no pods', () => {
    const found = traced(shop({}), [call('nowhere'), call('web')]);
    expect(found.hops.map(({ outcome }) => outcome)).toEqual(['unknown-host', 'not-called']);
    expect(found.reached).toBe(false);
  });

  it('if several Deployments may answer, one is chosen and named: the base, or the largest share', () => {
    const split: HTTPRoute[] = [
      {
        route: [
          { destination: { host: 'web', subset: 'shared' }, weight: 10 },
          { destination: { host: 'backend' }, weight: 90 },
        ],
      },
    ];
    const found = traced(shop({ http: split, envs: ['alice'] }), [call('backend'), call('web')]);
    expect(found.hops[1]?.caller.workload).toBe('Deployment shop/backend');
    expect(found.notes).toEqual([
      'the next hop is called by Deployment shop/backend, one of several that may answer',
    ]);
  });
});
