import { describe, expect, it } from '@jest/globals';
import { entryKey, injectedRouteName } from '../../../../src/api/route-name.ts';
import type { Entry, RouteInjectionSpec } from '../../../../src/api/routeinjection.ts';
import type { HTTPMatchRequest, HTTPRoute } from '../../../../src/istio/types.ts';
import { validateRoute } from '../../../../src/istio/validate-route.ts';
import { cookieEntry } from '../../../../src/refs/entries.ts';
import { affordableInjections } from '../../../../src/virtualservice/injections/affordable.ts';
import { findNotes } from '../../../../src/virtualservice/injections/notes.ts';
import { wantedRoutes } from '../../../../src/virtualservice/injections/planned.ts';
import { draftRoutes, renderRoutes } from '../../../../src/virtualservice/injections/render.ts';
import { isEntryHere } from '../../../../src/virtualservice/routes/entrance.ts';
import type { Scope } from '../../../../src/virtualservice/routes/scope.ts';
import { BASE, injection, planEntry, SCOPE, to, users } from '../builders.ts';

const SHOP = 'shop.example.com';
const AT: Scope = { ...SCOPE, name: 'shop/pages', gateways: ['infra/gw', 'mesh'], hosts: [SHOP] };
const AUTHORITY = { regex: '^shop\\.example\\.com(?::[0-9]+)?$' };
const PLACE: HTTPMatchRequest = { authority: AUTHORITY, gateways: ['infra/gw'] };
const UNCACHED = { Vary: 'Cookie', 'Cache-Control': 'private, no-store' };
const COOKIE = 'x-source-route=mp-101; Path=/; SameSite=Lax; Max-Age=86400; Secure';
const BYE = 'x-source-route=; Path=/; SameSite=Lax; Max-Age=0; Secure';

function entrySpec(
  entry: Partial<Entry> = {},
  spec: Partial<RouteInjectionSpec> = {},
): Partial<RouteInjectionSpec> {
  const host = entry.host ?? SHOP;
  const { subset: _none, ...rest } = injection().spec;
  const ref = spec.ref ?? 'mp-101';
  return {
    ...rest,
    subset: undefined as never,
    host: entryKey(host),
    from: [],
    matches: [],
    ref,
    entry: { host, link: ref, headers: { 'x-source-route': ref }, ...entry },
    ...spec,
  };
}

const entryOf = (entry?: Partial<Entry>, spec?: Partial<RouteInjectionSpec>) =>
  planEntry(entrySpec(entry, spec));
const SUBSET = planEntry({ ref: 'mp-101', matches: [] });
const nameAt = (env = 'test', host = SHOP) =>
  injectedRouteName(env, { namespace: 'shop', name: 'backend' }, entryKey(host));
const http = (routes: HTTPRoute[], injections = [entryOf()], scope = AT) =>
  renderRoutes(users(routes), injections, scope).http;
const cookieMatch = (link: string) =>
  cookieEntry(
    { service: '', ref: link },
    { service: 'x-service-route', source: 'x-source-route' },
    false,
  );

describe('the copies of a route', () => {
  const page = { route: [to('web', 'main')] };
  const request = { set: { 'x-source-route': 'mp-101' } };

  it('a link, leaving, and the cookie; to the base where the env has no clone', () => {
    expect(http([page])).toEqual([
      {
        name: nameAt(),
        match: [{ ...PLACE, queryParams: { 'x-source-route': { exact: 'mp-101' } } }],
        headers: { request, response: { add: { 'Set-Cookie': COOKIE, ...UNCACHED } } },
        route: page.route,
      },
      {
        name: nameAt(),
        match: [{ ...PLACE, queryParams: { 'x-source-route': { exact: '' } } }],
        headers: { response: { add: { 'Set-Cookie': BYE, ...UNCACHED } } },
        route: page.route,
      },
      {
        name: nameAt(),
        match: [{ ...PLACE, ...cookieMatch('mp-101') }],
        headers: { request, response: { add: UNCACHED } },
        route: page.route,
      },
      page,
    ]);
  });

  it("to the env's clone where the plan has one; leaving leads to the base", () => {
    const [link, leave, header, cookie, base] = http([BASE], [entryOf(), SUBSET]);
    const clone = [
      {
        destination: { host: 'backend', subset: 'test' },
        headers: { response: { add: { 'x-dynamic-env': 'backend-test' } } },
      },
    ];
    expect([link?.route, leave?.route, cookie?.route]).toEqual([clone, BASE.route, clone]);
    expect(base).toBe(BASE);
    // The copy for the Service itself, wherever the request comes from.
    expect(header?.match?.[0]).not.toHaveProperty('authority');
  });

  it.each<[string, HTTPRoute]>([
    ['a redirect', { redirect: { uri: '/new' } }],
    ['a direct response', { directResponse: { status: 503 } }],
  ])('%s keeps what it does', (_, route) => {
    const copies = http([route]);
    expect(copies).toHaveLength(4);
    for (const { name: _name, match: _match, headers, ...kept } of copies.slice(0, 3)) {
      expect(kept).toEqual(route);
      expect(headers?.response?.add).toMatchObject(UNCACHED);
    }
  });

  it('env without a ref: its own match leads to it, so it needs no copy for that', () => {
    const user = { headers: { user: { exact: '50%' } } };
    const other = { cookie: { name: 'who', exact: 'me' } };
    const labels = { headers: { a: { exact: 'b' } }, sourceLabels: { app: 'web' } };
    const spec = { ref: undefined as never, matches: [user, other, labels] };
    const plan = entryOf({ link: 'env.test', headers: { user: '50%' } }, spec);
    const { ref: _none, ...own } = plan;
    const copies = http([page], [own]);
    const parameters = copies.map(
      ({ match }) => match?.[0]?.queryParams?.['x-source-route']?.exact,
    );
    expect(parameters).toEqual(['env.test', '', undefined, undefined, undefined]);
    // `%` would be the start of a command of Envoy.
    expect(copies[0]?.headers?.request).toEqual({ set: { user: '50%%' } });
    expect(copies[2]?.match?.[0]?.withoutHeaders).toMatchObject({ user: {} });
    const regex = '^(?:.*;)?[ \\t]*who=(?:me|"me")[ \\t]*(?:;.*)?$';
    expect(copies[3]?.match).toEqual([
      { ...PLACE, headers: { cookie: { regex } }, withoutHeaders: { user: {} } },
    ]);
    expect(copies[3]?.headers).toEqual({ request: { set: { user: '50%%' } } });
  });

  it('a match never replaces a mark that a request has: it may be the one of another env', () => {
    const matches = [
      { headers: { 'X-Source-Route': { regex: 'mp-.*' } } },
      { headers: { who: { exact: 'me' } } },
    ];
    const scope: Scope = { ...AT, refs: { ...AT.refs, carriers: ['baggage'] } };
    const copies = http([page], [entryOf({}, { matches })], scope);
    expect(copies).toHaveLength(5);
    expect(copies[3]).toMatchObject({
      match: [
        {
          headers: { who: { exact: 'me' } },
          withoutHeaders: {
            'X-Service-Route': {},
            'X-Source-Route': {},
            baggage: { regex: expect.stringContaining('x-source-route') },
          },
        },
      ],
      headers: { request },
    });
  });

  it("the user's own operations: another spelling for answers, and none on the env's header", () => {
    const operations = {
      request: { set: { 'X-Source-Route': 'x', a: 'b' }, remove: ['x-source-route', 'c'] },
      response: { add: { 'Set-Cookie': 'a=b' }, set: { vary: 'Accept' } },
    };
    const target = {
      ...to('web', 'main'),
      headers: { request: { add: { 'x-source-route': 'y' } } },
    };
    const [link] = http([{ headers: operations, route: [target] }]);
    expect(link?.headers).toEqual({
      request: { set: { a: 'b', 'x-source-route': 'mp-101' }, remove: ['c'] },
      response: {
        add: { 'Set-Cookie': 'a=b', 'set-cookie': COOKIE, ...UNCACHED },
        set: { vary: 'Accept' },
      },
    });
    expect(link?.route).toEqual([{ ...to('web', 'main'), headers: { request: { add: {} } } }]);
  });

  it.each<[string, HTTPRoute]>([
    ['sets', { headers: { request: { set: { User: 'guest' } } }, route: [to('web', 'main')] }],
    ['removes', { headers: { request: { remove: ['USER'] } }, route: [to('web', 'main')] }],
    [
      'adds at a target',
      { route: [{ ...to('web', 'main'), headers: { request: { add: { user: 'x' } } } }] },
    ],
  ])('a header that the route %s keeps its value: only the header of refs is ours', (_, route) => {
    const spec = { ref: undefined as never, matches: [{ headers: { user: { exact: 'admin' } } }] };
    const { ref: _none, ...own } = entryOf({ link: 'env.test', headers: { user: 'admin' } }, spec);
    const object = users([route]);
    const draft = draftRoutes(object, [own], AT);
    expect(draft.dropped.map(({ state, isHarmless }) => [state, isHarmless])).toEqual([
      ['skipped', false],
      ['skipped', false],
    ]);
    expect(draft.dropped[0]?.message).toContain('request header user');
    // Leaving sets no header of the request.
    expect(draft.routes[0]?.copies).toHaveLength(1);
  });

  it('without TLS the cookie is not Secure', () => {
    const [link] = http([BASE], [entryOf({ plain: true })]);
    expect(link?.headers?.response?.add?.['Set-Cookie']).toBe(COOKIE.replace('; Secure', ''));
  });

  it('envs of one ref share them, and their clones', () => {
    const young = { env: 'young', envCreationTimestamp: '2026-02-01T00:00:00Z' };
    const payment = planEntry({
      ...young,
      ref: 'mp-101',
      matches: [],
      host: 'payment.shop.svc.cluster.local',
      deployment: { namespace: 'shop', name: 'payment' },
      clone: 'payment-young',
      subset: 'payment-young',
    });
    const route = { route: [to('payment', 'shared')] };
    const copies = http([route], [entryOf(), entryOf({}, young), payment]);
    const links = copies.filter(({ match }) => match?.[0]?.queryParams !== undefined);
    expect(links.map(({ name }) => name)).toEqual([nameAt(), nameAt()]);
    expect(links[0]?.route?.[0]?.destination.subset).toBe('payment-young');
  });

  it.each<[string, Partial<RouteInjectionSpec>]>([
    ['the name of a clone is none', { clone: '%REQ(cookie)%' }],
    [
      'a match is beyond the bounds of Envoy',
      { matches: [{ headers: { a: { regex: '(a{1000}){1000}' } } }] },
    ],
  ])('an env with a problem takes nobody the link that it shares: %s', (_what, problem) => {
    const old = { env: 'old', envCreationTimestamp: '2020-01-01T00:00:00Z', ...problem };
    const copies = http(
      [BASE],
      [entryOf({}, old), planEntry({ ...old, ref: 'mp-101' }), entryOf()],
    );
    expect(copies).toEqual(http([BASE]));
  });

  it('one copy leaves all envs of a host', () => {
    const other = entryOf({}, { env: 'other', ref: 'mp-102' });
    const copies = http([BASE], [entryOf(), other]);
    const values = copies.map(({ match }) => match?.[0]?.queryParams?.['x-source-route']?.exact);
    expect(values).toEqual(['mp-102', '', 'mp-101', undefined, undefined, undefined]);
  });
});

describe('the match of a copy', () => {
  const links = (match: HTTPMatchRequest[], entry: Partial<Entry> = {}) =>
    http([{ ...BASE, match }], [entryOf(entry)])[0]?.match?.map(
      ({ queryParams: _query, ...rest }) => rest,
    );

  it.each<[string, HTTPMatchRequest[], HTTPMatchRequest[] | undefined]>([
    ['a path', [{ uri: { prefix: '/a' } }], [{ ...PLACE, uri: { prefix: '/a' } }]],
    ['gateways', [{ gateways: ['mesh', 'other'] }], [{ ...PLACE, gateways: ['other'] }]],
    [
      // In a match istiod accepts `./` only behind a name without a slash.
      'gateways of the namespace',
      [{ gateways: ['mesh', './other'] }],
      [{ ...PLACE, gateways: ['shop/other'] }],
    ],
    [
      'the same authority',
      [{ authority: { exact: SHOP } }],
      [{ ...PLACE, authority: { exact: SHOP } }],
    ],
    [
      'the same authority with a port',
      [{ authority: { exact: `${SHOP}:443` } }],
      [{ ...PLACE, authority: { exact: `${SHOP}:443` } }],
    ],
  ])('keeps %s', (_, match, expected) => {
    expect(links(match)).toEqual(expected);
  });

  it.each<[string, HTTPMatchRequest]>([
    ['the mesh only', { gateways: ['mesh'] }],
    ['labels of the caller', { sourceLabels: { app: 'web' } }],
    ['the namespace of the caller', { sourceNamespace: 'web' }],
    ['another authority', { authority: { exact: 'shop.example.org' } }],
    ['an authority with something behind the port', { authority: { exact: `${SHOP}:80x` } }],
    ['a prefix of an authority', { authority: { prefix: 'shop' } }],
    ['another value of the parameter', { queryParams: { 'x-source-route': { exact: 'x' } } }],
  ])('leaves out an entry with %s', (_, entry) => {
    expect(links([{ uri: { prefix: '/a' } }, entry])).toEqual([
      { ...PLACE, uri: { prefix: '/a' } },
    ]);
  });

  it('leaves out catch-alls where other VirtualServices share the host', () => {
    const shared = { shared: ['shop/pages'] };
    expect(links([{ uri: { prefix: '/a' } }, { uri: { prefix: '/' } }], shared)).toEqual([
      { ...PLACE, uri: { prefix: '/a' } },
    ]);
    expect(http([BASE], [entryOf(shared)])).toEqual([BASE]);
    expect(http([BASE], [entryOf({ shared: ['shop/other'] })])).toHaveLength(4);
  });
});

describe('no copy', () => {
  it.each<[string, Partial<Scope>]>([
    ['in the mesh', { gateways: [] }],
    ['in the mesh by name', { gateways: ['mesh'] }],
    ['in a delegate', { isDelegate: true }],
    ['where the host is another one', { hosts: ['a.example.com', '*.shop.example.com'] }],
  ])('%s', (_, scope) => {
    expect(http([BASE], [entryOf()], { ...AT, ...scope })).toEqual([BASE]);
  });

  it.each(['*', '*.example.com', 'SHOP.example.com'])('but with the host %s', (host) => {
    expect(isEntryHere({ host: SHOP }, { ...AT, hosts: [host] })).toBe(true);
  });

  it('more than once for a gateway that is named twice', () => {
    const twice = { ...AT, gateways: ['infra/gw', 'mesh', 'infra/gw'] };
    expect(http([BASE], [entryOf()], twice)).toEqual(http([BASE]));
  });

  it('more than once for a gateway that is named in several ways', () => {
    const twice = { ...AT, gateways: ['mesh', './gw', 'gw', 'shop/gw', 'gw.shop'] };
    expect(http([BASE], [entryOf()], twice)[0]?.match?.[0]?.gateways).toEqual(['shop/gw']);
  });

  it('with a name of a gateway that istiod refuses in a match', () => {
    const gateways = ['mesh', './gw'];
    const inShop = http([BASE], [entryOf()], { ...AT, gateways });
    expect(inShop).toHaveLength(4);
    expect(inShop[0]?.match?.[0]?.gateways).toEqual(['shop/gw']);
    expect(inShop.flatMap((route) => validateRoute(route, { gateways }))).toEqual([]);
    const inBank = http([BASE], [entryOf()], { ...AT, gateways, namespace: 'bank' });
    expect(inBank[0]?.match?.[0]?.gateways).toEqual(['bank/gw']);
  });

  it('where the gateways of the VirtualService leave no room: each entry of a copy repeats all of them', () => {
    const gateways = Array.from({ length: 10_000 }, (_, at) => `infra/gateway-${at}`);
    const many = Array.from({ length: 30 }, () => BASE);
    const one = entryOf();
    const left = (scope: Scope, routes: HTTPRoute[]) =>
      affordableInjections(users(routes), [one], scope).leftOut;
    expect(left({ ...AT, gateways }, many)).toEqual([one]);
    expect(left({ ...AT, gateways: gateways.slice(0, 20) }, many)).toEqual([]);
  });

  it('of a delegate, which is told', () => {
    const route = { delegate: { name: 'x' } };
    const object = users([route]);
    const wanted = wantedRoutes([entrySpec(), entrySpec({}, { env: 'other' })].map(injection));
    const plans = wanted.flatMap(({ plan }) => plan ?? []);
    const draft = draftRoutes(object, plans, AT);
    const message =
      'a route without a name delegates to another VirtualService, which links do not reach; write its routes into this one';
    const notes = findNotes(object, wanted, draft, AT);
    expect(notes.map((one) => [one.env, one.state, one.message])).toEqual([
      ['test', 'skipped', message],
      ['other', 'skipped', message],
    ]);
  });
});
