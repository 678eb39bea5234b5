import { describe, expect, it } from '@jest/globals';
import {
  delegatingRoutes,
  effectiveRoutes,
  virtualServiceExport,
} from '../../../src/istio/delegates.ts';
import type { HTTPRoute, VirtualService } from '../../../src/istio/types.ts';
import { route, to, virtualService } from './builders.ts';

const HOSTS = ['backend'];
const root = (...http: HTTPRoute[]) => virtualService('shop/root', { hosts: HOSTS, http });
const leaf = (at: string, ...http: HTTPRoute[]) => virtualService(at, { http });
const effective = (vs: VirtualService, ...others: VirtualService[]) =>
  effectiveRoutes(vs, [vs, ...others], 'cluster.local');
const delegate = (name: string, namespace?: string) => ({
  delegate: namespace === undefined ? { name } : { name, namespace },
});

describe('effectiveRoutes of a VirtualService without delegates', () => {
  it('have full host names, and everything else unchanged', () => {
    const plain: HTTPRoute = {
      name: 'n',
      timeout: '1s',
      match: [{ gateways: ['gw', 'mesh'], port: 1 }, { port: 2 }],
      route: [
        { destination: { host: 'a', subset: 's', port: { number: 1 } }, weight: 5 },
        to('b.c'),
      ],
    };
    expect(effective(root(plain, { redirect: { uri: '/' } }))).toEqual([
      {
        place: { virtualService: 'shop/root', routeIndex: 0 },
        route: {
          ...plain,
          match: [{ gateways: ['shop/gw', 'mesh'], port: 1 }, { port: 2 }],
          route: [
            {
              destination: { host: 'a.shop.svc.cluster.local', subset: 's', port: { number: 1 } },
              weight: 5,
            },
            to('b.c'),
          ],
        },
      },
      { place: { virtualService: 'shop/root', routeIndex: 1 }, route: { redirect: { uri: '/' } } },
    ]);
  });

  it('are empty without http', () => {
    expect(effective(virtualService('shop/a', { hosts: HOSTS }))).toEqual([]);
  });
});

describe('effectiveRoutes of a root', () => {
  it("are the delegate's routes, with names resolved in the delegate's namespace", () => {
    const first = root(
      {
        ...delegate('leaf', 'team'),
        name: 'r',
        match: [{ uri: { prefix: '/a' }, gateways: ['gw'] }],
      },
      route('z'),
    );
    const second = leaf(
      'team/leaf',
      { ...route('a'), name: 'l', match: [{ uri: { exact: '/a/1' } }] },
      { ...route('b'), match: [{ uri: { exact: '/b' } }] },
      route('c'),
    );
    expect(effective(first, second)).toEqual([
      {
        place: { virtualService: 'shop/root', routeIndex: 0 },
        delegate: { virtualService: 'team/leaf', routeIndex: 0 },
        route: {
          name: 'r-l',
          match: [expect.objectContaining({ uri: { exact: '/a/1' }, gateways: ['shop/gw'] })],
          route: [to('a.team.svc.cluster.local')],
        },
      },
      {
        place: { virtualService: 'shop/root', routeIndex: 0 },
        delegate: { virtualService: 'team/leaf', routeIndex: 2 },
        route: {
          name: 'r',
          match: [{ uri: { prefix: '/a' }, gateways: ['shop/gw'] }],
          route: [to('c.team.svc.cluster.local')],
        },
      },
      {
        place: { virtualService: 'shop/root', routeIndex: 1 },
        route: route('z.shop.svc.cluster.local'),
      },
    ]);
  });

  it('have no match if neither root nor delegate has one', () => {
    const routes = effective(root(delegate('leaf')), leaf('shop/leaf', route('a')));
    expect(routes.map(({ route: { match } }) => match)).toEqual([[]]);
  });

  it("use the root's namespace for a delegate without a namespace", () => {
    const target = leaf('shop/leaf', route('a'));
    expect(effective(root(delegate('leaf')), leaf('team/leaf', route('b')), target)).toHaveLength(
      1,
    );
    expect(effective(root(delegate('leaf', '')), target)[0]?.delegate?.virtualService).toBe(
      'shop/leaf',
    );
  });

  it.each<[string, VirtualService]>([
    ['does not exist', leaf('shop/other', route('a'))],
    ['is in another namespace', leaf('team/leaf', route('a'))],
    ['has hosts', virtualService('shop/leaf', { hosts: HOSTS, http: [route('a')] })],
    [
      'is exported elsewhere',
      virtualService('shop/leaf', { exportTo: ['team'], http: [route('a')] }),
    ],
    ['has no routes', virtualService('shop/leaf', {})],
  ])('do not use a delegate that %s', (_why, target) => {
    expect(effective(root(delegate('leaf'), route('z')), target)).toHaveLength(1);
  });

  it.each([[['*']], [['shop']], [['.', 'shop']]])(
    'use a delegate that is exported to %j',
    (exportTo) => {
      const target = virtualService('team/leaf', { hosts: [], exportTo, http: [route('a')] });
      expect(effective(root(delegate('leaf', 'team')), target)).toHaveLength(1);
    },
  );

  it('a delegate inherits a direct response; its own delegate is dropped', () => {
    const target = leaf('shop/leaf', { ...delegate('x') }, { directResponse: { status: 201 } });
    const routes = effective(
      root({ ...delegate('leaf'), directResponse: { status: 200 } }),
      target,
    );
    expect(routes.map(({ route: { delegate: d, directResponse } }) => [d, directResponse])).toEqual(
      [
        [undefined, { status: 200 }],
        [undefined, { status: 201 }],
      ],
    );
  });

  it('a delegate inherits no redirect', () => {
    const routes = effective(
      root({ ...delegate('leaf'), redirect: {} }),
      leaf('shop/leaf', route('a')),
    );
    expect(routes[0]?.route.redirect).toBeUndefined();
  });
});

describe('virtualServiceExport', () => {
  it.each<[string[] | undefined, string[]]>([
    [undefined, ['*']],
    [[], ['*']],
    [['.'], ['shop']],
    [
      ['.', 'a', '~'],
      ['shop', 'a', '~'],
    ],
  ])('of %j is %j', (exportTo, expected) => {
    const vs = virtualService('shop/a', exportTo ? { exportTo } : {});
    expect([...virtualServiceExport(vs)]).toEqual(expected);
  });
});

describe('delegatingRoutes', () => {
  const of = (above: VirtualService, vs: VirtualService) =>
    delegatingRoutes(above, vs, 'cluster.local').map(({ name, match }) => ({ name, match }));

  it("are the root's routes to the delegate, with full gateway names", () => {
    const match = [{ gateways: ['gw'] }];
    const above = root(
      { name: 'own', ...delegate('leaf'), match },
      { name: 'named', ...delegate('leaf', 'shop') },
      { name: 'other', ...delegate('else') },
      { name: 'plain', ...route('z') },
    );
    expect(of(above, leaf('shop/leaf'))).toEqual([
      { name: 'own', match: [{ gateways: ['shop/gw'] }] },
      { name: 'named', match: undefined },
    ]);
    expect(of(above, leaf('team/leaf'))).toEqual([]);
  });

  it.each<[string, VirtualService, VirtualService]>([
    ['the root has no hosts', leaf('shop/root', delegate('leaf')), leaf('shop/leaf')],
    [
      'the delegate has hosts',
      root(delegate('leaf')),
      virtualService('shop/leaf', { hosts: HOSTS, http: [] }),
    ],
    [
      'the delegate is not exported to the root',
      root(delegate('leaf', 'team')),
      virtualService('team/leaf', { exportTo: ['.'], http: [] }),
    ],
    ['the root has no spec', { ...root(), spec: undefined as never }, leaf('shop/leaf')],
    ['the root has no http', virtualService('shop/root', { hosts: HOSTS }), leaf('shop/leaf')],
  ])('are empty where %s', (_what, above, vs) => {
    expect(of(above, vs)).toEqual([]);
  });
});
