import { describe, expect, it } from '@jest/globals';
import {
  affectedHosts,
  liveDestinations,
  liveHosts,
  mirrorDestinations,
  type RouteKind,
  routeKind,
} from '../../../src/istio/route-kinds.ts';
import type { HTTPRoute, VirtualService, VirtualServiceSpec } from '../../../src/istio/types.ts';

const virtualService = (spec: VirtualServiceSpec, namespace?: string): VirtualService => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: namespace === undefined ? { name: 'vs' } : { name: 'vs', namespace },
  spec,
});
const to = (host: string) => ({ destination: { host } });

describe('routeKind', () => {
  it.each<[HTTPRoute, RouteKind]>([
    [{ route: [to('a')] }, 'plain'],
    [{}, 'plain'],
    [{ redirect: null, directResponse: undefined, route: [to('a')] }, 'plain'],
    [{ redirect: { uri: '/' } }, 'redirect'],
    [{ directResponse: { status: 200 } }, 'directResponse'],
    [{ redirect: { uri: '/' }, directResponse: { status: 200 } }, 'redirect'],
    [{ delegate: { name: 'a' } }, 'delegate'],
    [{ delegate: { name: 'a' }, redirect: { uri: '/' } }, 'delegate'],
  ])('of %j is %j', (route, kind) => {
    expect(routeKind(route)).toBe(kind);
  });
});

const full = virtualService(
  {
    http: [
      { route: [to('a'), { destination: { host: 'b', subset: 'v1' } }], mirror: { host: 'm' } },
      { redirect: { uri: '/' }, mirrors: [to('n'), { percentage: 1 }, null] },
      { route: [to('a')], mirrors: [to('o'), to('p')] },
    ],
    tls: [{ route: [to('t')] }, { match: [] }, null],
    tcp: [{ route: [to('c.other'), { weight: 1 }, { destination: null }] }, 'junk'],
  },
  'shop',
);

describe('liveDestinations', () => {
  it('lists http, tls and tcp destinations in order, unchanged', () => {
    expect(liveDestinations(full)).toEqual([
      { host: 'a' },
      { host: 'b', subset: 'v1' },
      { host: 'a' },
      { host: 't' },
      { host: 'c.other' },
    ]);
  });

  it('is empty for an empty spec', () => {
    expect(liveDestinations(virtualService({}))).toEqual([]);
  });

  it('ignores values that are not destinations', () => {
    const odd = { route: [{ destination: { host: 1 } }, { destination: 'a' }] };
    expect(liveDestinations(virtualService({ tcp: [odd, { route: { 0: to('a') } }] }))).toEqual([]);
  });
});

describe('mirrorDestinations', () => {
  it('lists both mirror fields of http routes', () => {
    expect(mirrorDestinations(full).map(({ host }) => host)).toEqual(['m', 'n', 'o', 'p']);
  });

  it('is empty for an empty spec', () => {
    expect(mirrorDestinations(virtualService({}))).toEqual([]);
  });
});

describe('liveHosts', () => {
  it('resolves names in the namespace of the VirtualService; sorted, without duplicates', () => {
    expect(liveHosts(full, 'cluster.local')).toEqual([
      'a.shop.svc.cluster.local',
      'b.shop.svc.cluster.local',
      'c.other',
      't.shop.svc.cluster.local',
    ]);
    expect(liveHosts(virtualService({ http: [{ route: [to('b'), to('a')] }] }), 'x')).toEqual([
      'a.default.svc.x',
      'b.default.svc.x',
    ]);
  });
});

describe('affectedHosts', () => {
  it('are only those of the destinations if all http routes are plain', () => {
    const object = virtualService({ hosts: ['own'], http: [{ route: [to('b')] }], tls: [{}] });
    expect(affectedHosts(object, 'x')).toEqual(['b.default.svc.x']);
  });

  it("are also the VirtualService's own hosts if a route is not plain", () => {
    const http = [{ route: [to('b')] }, { redirect: {} }];
    const object = virtualService({ hosts: ['Own', 'b', 'A.example'], http });
    expect(affectedHosts(object, 'x')).toEqual([
      'a.example',
      'b.default.svc.x',
      'own.default.svc.x',
    ]);
  });

  it.each([
    { http: null },
    { http: [null] },
    { hosts: 'own', http: [{ redirect: {} }] },
    { hosts: [5] },
  ])('are empty for %j', (spec) => {
    expect(affectedHosts(virtualService(spec as never), 'x')).toEqual([]);
  });
});
