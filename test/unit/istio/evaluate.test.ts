import { describe, expect, it } from '@jest/globals';
import { evaluate, type HostRequest, type Mesh } from '../../../src/istio/evaluate.ts';
import type { DestinationRule, HTTPRoute, VirtualService } from '../../../src/istio/types.ts';
import { destinationRule, route, subset, to, virtualService } from './builders.ts';

const HOST = 'backend.shop.svc.cluster.local';
const OTHER = 'other.shop.svc.cluster.local';
const request: HostRequest = {
  host: HOST,
  method: 'GET',
  scheme: 'http',
  authority: 'backend',
  path: '/',
  headers: { user: 'test-user' },
  sourceNamespace: 'client',
  gateway: 'mesh',
};
const rule = destinationRule('shop/rule', {
  host: 'backend',
  subsets: [
    subset('shared'),
    subset('env-a'),
    subset('odd', { app: 'other' }),
    subset('odd-version', { app: 'other', version: 'odd' }),
    subset('same', { app: 'backend' }),
  ],
});

const mesh = (http: HTTPRoute[], over: Partial<Mesh> = {}): Mesh => ({
  clusterDomain: 'cluster.local',
  virtualServices: [virtualService('shop/vs', { hosts: ['backend'], http })],
  destinationRules: [rule],
  services: [
    { host: HOST, namespace: 'shop', selector: { app: 'backend' } },
    { host: OTHER, namespace: 'shop' },
  ],
  ...over,
});
const hit = { virtualService: 'shop/vs', routeIndex: 0 };

describe('a request is sent', () => {
  it('to the subset of the first route that matches, others to the next route', () => {
    const http: HTTPRoute[] = [
      {
        ...route('backend', 'env-a'),
        name: 'for-a',
        match: [{ method: { exact: 'PUT' } }, { headers: { user: { exact: 'test-user' } } }],
      },
      { ...route('backend', 'shared'), name: 'base' },
    ];
    expect(evaluate(request, mesh(http))).toEqual({
      kind: 'destinations',
      hit: { ...hit, routeName: 'for-a', matchIndex: 1 },
      destinations: [
        { host: HOST, subset: 'env-a', share: 1, labels: { app: 'backend', version: 'env-a' } },
      ],
    });
    expect(evaluate({ ...request, headers: {} }, mesh(http))).toEqual({
      kind: 'destinations',
      hit: { virtualService: 'shop/vs', routeIndex: 1, routeName: 'base' },
      destinations: [
        { host: HOST, subset: 'shared', share: 1, labels: { app: 'backend', version: 'shared' } },
      ],
    });
  });

  it('by weight', () => {
    const weighted = [
      { ...to('backend', 'shared'), weight: 30 },
      { ...to('other'), weight: 10 },
      { ...to('backend'), weight: 0 },
      to('backend', 'env-a'),
    ];
    expect(evaluate(request, mesh([{ route: weighted }]))).toEqual({
      kind: 'destinations',
      hit,
      destinations: [
        {
          host: HOST,
          subset: 'shared',
          share: 0.75,
          labels: { app: 'backend', version: 'shared' },
        },
        { host: OTHER, share: 0.25, labels: {} },
      ],
    });
  });

  it('to a single destination whatever its weight, and to the whole Service without a subset', () => {
    const whole = {
      kind: 'destinations',
      hit,
      destinations: [{ host: HOST, share: 1, labels: { app: 'backend' } }],
    };
    expect(evaluate(request, mesh([{ route: [{ ...to('backend'), weight: 0 }] }]))).toEqual(whole);
    expect(evaluate(request, mesh([route('backend', '')]))).toEqual(whole);
  });

  it("to a subset whose labels repeat the Service's selector", () => {
    expect(evaluate(request, mesh([route('backend', 'same')]))).toMatchObject({
      destinations: [{ subset: 'same', labels: { app: 'backend' } }],
    });
  });

  it('to the Service itself if no VirtualService has a route for it', () => {
    const plain = {
      kind: 'destinations',
      destinations: [{ host: HOST, share: 1, labels: { app: 'backend' } }],
    };
    expect(evaluate(request, mesh([], { virtualServices: [] }))).toEqual(plain);
    expect(evaluate({ ...request, host: HOST.toUpperCase() }, mesh([]))).toEqual(plain);
    expect(evaluate({ ...request, host: OTHER }, mesh([]))).toEqual({
      kind: 'destinations',
      destinations: [{ host: OTHER, share: 1, labels: {} }],
    });
  });

  it('through a delegate', () => {
    const virtualServices = [
      virtualService('shop/vs', {
        hosts: ['backend'],
        http: [{ delegate: { name: 'leaf', namespace: 'team' } }],
      }),
      virtualService('team/leaf', {
        http: [{ redirect: { uri: '/' }, match: [{ port: 1 }] }, route(HOST, 'env-a')],
      }),
    ];
    expect(evaluate(request, mesh([], { virtualServices }))).toMatchObject({
      kind: 'destinations',
      hit: { ...hit, delegate: { virtualService: 'team/leaf', routeIndex: 1 } },
      destinations: [{ host: HOST, subset: 'env-a' }],
    });
  });

  it('from a gateway, with the subsets that the gateway uses', () => {
    const virtualServices = [
      virtualService('shop/vs', {
        hosts: ['shop.com'],
        gateways: ['infra/gw'],
        http: [route('backend', 'mine')],
      }),
    ];
    const mine = (at: string, extra = {}) =>
      destinationRule(at, { host: HOST, subsets: [subset('mine')], ...extra });
    const { sourceNamespace: _, ...edge }: HostRequest = {
      ...request,
      host: 'shop.com',
      gateway: 'infra/gw',
    };
    const from = (destinationRules: DestinationRule[]) =>
      evaluate(edge, mesh([], { virtualServices, destinationRules }));
    const found = [
      { host: HOST, subset: 'mine', share: 1, labels: { app: 'backend', version: 'mine' } },
    ];
    expect(from([mine('infra/r')])).toMatchObject({ destinations: found });
    expect(from([mine('client/r')])).toMatchObject({
      destinations: [{ unavailable: 'no-subset' }],
    });
    expect(from([mine('shop/r', { exportTo: ['infra'] })])).toMatchObject({ destinations: found });
  });

  it('with the subsets of the rule whose workloadSelector matches the caller', () => {
    const selected = destinationRule('client/r', {
      host: HOST,
      subsets: [subset('mine')],
      workloadSelector: { matchLabels: { app: 'web' } },
    });
    const over = { destinationRules: [selected] };
    const sent = (sourceLabels: Record<string, string>) =>
      evaluate({ ...request, sourceLabels }, mesh([route('backend', 'mine')], over));
    expect(sent({ app: 'web' })).toMatchObject({ destinations: [{ labels: { version: 'mine' } }] });
    expect(sent({})).toMatchObject({ destinations: [{ unavailable: 'no-subset' }] });
  });
});

describe('a request gets 503', () => {
  it.each([
    ['no-subset', route('backend', 'env-b'), { host: HOST, subset: 'env-b' }],
    ['no-subset', route('other', 'shared'), { host: OTHER, subset: 'shared' }],
    ['no-service', route('nobody', 'v1'), { host: 'nobody.shop.svc.cluster.local', subset: 'v1' }],
    ['no-service', route('Backend'), { host: 'Backend.shop.svc.cluster.local' }],
    ['no-pods', route('backend', 'odd'), { host: HOST, subset: 'odd' }],
    ['no-pods', route('backend', 'odd-version'), { host: HOST, subset: 'odd-version' }],
  ])('%s: %j', (unavailable, one, target) => {
    expect(evaluate(request, mesh([one]))).toEqual({
      kind: 'destinations',
      hit,
      destinations: [{ ...target, share: 1, unavailable }],
    });
  });
});

describe('a request has another result', () => {
  it.each<[HTTPRoute, 'redirect' | 'directResponse']>([
    [{ redirect: { uri: '/x' } }, 'redirect'],
    [{ directResponse: { status: 418 } }, 'directResponse'],
  ])('%j', (one, kind) => {
    expect(evaluate(request, mesh([one, route('backend')]))).toEqual({ kind, hit });
  });

  it('no route matches', () => {
    const http = [{ ...route('backend'), match: [{ headers: { user: { exact: 'x' } } }] }];
    expect(evaluate(request, mesh(http))).toEqual({ kind: 'none', reason: 'no-route' });
  });

  it.each<[HTTPRoute]>([[{}], [{ route: [] }], [{ route: [to('backend'), to('other')] }]])(
    'a route without a destination: %j',
    (one) => {
      expect(evaluate(request, mesh([one]))).toEqual({
        kind: 'none',
        reason: 'no-destination',
        hit,
      });
    },
  );

  it('an unknown host', () => {
    const unknown = { kind: 'none', reason: 'unknown-host' };
    expect(evaluate({ ...request, host: 'x.y' }, mesh([route('backend')]))).toEqual(unknown);
    expect(evaluate({ ...request, gateway: 'infra/gw' }, mesh([route('backend')]))).toEqual(
      unknown,
    );
  });
});

it('the order of the objects does not matter', () => {
  const virtualServices: VirtualService[] = [
    virtualService('shop/b@2', { hosts: ['backend'], http: [route('backend', 'late')] }),
    virtualService('shop/a@1', { hosts: ['backend'], http: [route('backend', 'shared')] }),
  ];
  const forth = evaluate(request, mesh([], { virtualServices }));
  const back = evaluate(request, mesh([], { virtualServices: [...virtualServices].reverse() }));
  expect(forth).toEqual(back);
  expect(forth).toMatchObject({ destinations: [{ subset: 'shared' }] });
});

describe('ports', () => {
  const at = (ports: number[], port: number, gateway = 'mesh') => {
    const services = [{ host: HOST, namespace: 'shop', ports }];
    const spec = { hosts: ['backend'], gateways: [gateway], http: [route('backend')] };
    const virtualServices = [virtualService('shop/vs', spec)];
    const sent = { ...request, port, gateway, ...(gateway === 'mesh' ? {} : { host: HOST }) };
    return evaluate(sent, mesh([], { services, virtualServices }));
  };
  const unavailable = (outcome: ReturnType<typeof evaluate>) =>
    outcome.kind === 'destinations' ? outcome.destinations[0]?.unavailable : outcome;

  it('a Service is unknown on a port that it does not have', () => {
    const services = [{ host: HOST, namespace: 'shop', ports: [80] }];
    const world = mesh([], { services, virtualServices: [] });
    expect(evaluate({ ...request, port: 81 }, world)).toEqual({
      kind: 'none',
      reason: 'unknown-host',
    });
    expect(evaluate(request, world).kind).toBe('destinations');
  });

  it('routes apply to each port of the Service; for a host that is not a Service, to port 80', () => {
    expect(unavailable(at([80, 81], 81))).toBeUndefined();
    expect(unavailable(at([81], 81))).toBeUndefined();
    expect(at([80], 81)).toEqual({ kind: 'none', reason: 'unknown-host' });
    expect(unavailable(at([81], 80))).toBe('no-port');
  });

  it('a gateway uses the only port of a Service, otherwise the port of the request', () => {
    expect(unavailable(at([8080], 80, 'shop/gw'))).toBeUndefined();
    expect(unavailable(at([8080, 8081], 80, 'shop/gw'))).toBe('no-port');
    expect(unavailable(at([80, 8081], 80, 'shop/gw'))).toBeUndefined();
  });

  it('a destination may name a port', () => {
    const to8080 = { route: [{ destination: { host: HOST, port: { number: 8080 } } }] };
    const services = (ports: number[]) => [{ host: HOST, namespace: 'shop', ports }];
    expect(
      unavailable(evaluate(request, mesh([to8080], { services: services([80, 8080]) }))),
    ).toBeUndefined();
    expect(unavailable(evaluate(request, mesh([to8080], { services: services([80]) })))).toBe(
      'no-port',
    );
  });
});
