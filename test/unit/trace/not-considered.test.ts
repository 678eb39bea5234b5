import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { call, POD, shop, traced } from './builders.ts';

describe('objects that the trace does not consider', () => {
  const object = (apiVersion: string, kind: string, at: string, more: object = {}): KubeObject => {
    const [namespace = '', name = ''] = at.split('/');
    return { apiVersion, kind, metadata: { name, namespace }, ...more } as KubeObject;
  };
  const NETWORKING = 'networking.istio.io/v1';

  it.each<[KubeObject, boolean]>([
    [object(NETWORKING, 'Sidecar', 'shop/x'), true],
    [object(NETWORKING, 'Sidecar', 'istio-system/x'), true],
    [object(NETWORKING, 'Sidecar', 'far/x'), false],
    [object('networking.istio.io/v1alpha3', 'EnvoyFilter', 'shop/x'), true],
    [object(NETWORKING, 'ServiceEntry', 'far/x', { spec: { hosts: ['*.cluster.local'] } }), true],
    [object(NETWORKING, 'ServiceEntry', 'shop/x', { spec: { hosts: ['x.com'] } }), false],
    [object(NETWORKING, 'Gateway', 'shop/gw'), false],
    [object('security.istio.io/v1', 'AuthorizationPolicy', 'shop/x'), true],
    [object('security.istio.io/v1', 'PeerAuthentication', 'far/x'), false],
    [object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'shop/x'), true],
    [object('example.com/v1', 'Sidecar', 'shop/x'), false],
  ])('%j', (one, matters) => {
    const { notConsidered } = traced(shop({ more: [one] }));
    const { kind, metadata } = one;
    const start = `${kind} ${metadata.namespace}/${metadata.name} (`;
    expect(notConsidered.map((text) => text.startsWith(start))).toEqual(matters ? [true] : []);
  });

  it('the servers of a gateway; a Sidecar does not apply there', () => {
    const more = [
      object(NETWORKING, 'Gateway', 'shop/gw'),
      object(NETWORKING, 'Sidecar', 'shop/x'),
    ];
    const gateway = { ...POD, kind: 'gateway' as const, gateway: 'shop/gw' };
    expect(traced(shop({ more }), [call('x.com')], gateway).notConsidered).toEqual([
      'Gateway shop/gw (its servers: hosts, ports, TLS)',
    ]);
  });
});
