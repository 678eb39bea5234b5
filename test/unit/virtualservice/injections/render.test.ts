import { describe, expect, it } from '@jest/globals';
import type { HTTPRoute } from '../../../../src/istio/types.ts';
import { deepFreeze } from '../../../../src/simulator/object.ts';
import { renderRoutes } from '../../../../src/virtualservice/injections/render.ts';
import type { PlannedInjection } from '../../../../src/virtualservice/routes/plan-codec.ts';
import type { Scope } from '../../../../src/virtualservice/routes/scope.ts';
import { BASE, copy, HOST, nameOf, planEntry, SCOPE, to, users } from '../builders.ts';

const render = (http: HTTPRoute[], injections: PlannedInjection[] = [planEntry()], scope?: Scope) =>
  renderRoutes(users(http), injections, scope ?? SCOPE);
const httpOf = (...args: Parameters<typeof render>) => render(...args).http;

describe('which routes get a copy', () => {
  it("only the route to the host with the base subset; the user's routes are the same objects", () => {
    const other = deepFreeze<HTTPRoute>({ name: 'other', route: [to('frontend', 'shared')] });
    const { http, dropped } = render([other, BASE]);
    expect(http).toEqual([other, copy(), BASE]);
    expect([http[0], http[2]]).toEqual([other, BASE]);
    expect(http[0]).toBe(other);
    expect(http[2]).toBe(BASE);
    expect(dropped).toEqual([]);
  });

  it.each<[string, HTTPRoute[]]>([
    ['another subset', [{ route: [to('backend', 'v2')] }]],
    ['no subset', [{ route: [to('backend')] }]],
    ['another host', [{ route: [to('backend2', 'shared')] }]],
    ['the host of another namespace', [{ route: [to('backend.other', 'shared')] }]],
    ['a name with a dot, which is not expanded', [{ route: [to('backend.shop', 'shared')] }]],
    ['a redirect', [{ redirect: { uri: '/' } }]],
    ['a redirect with leftover destinations', [{ ...BASE, redirect: { uri: '/' } }]],
    ['a direct response', [{ directResponse: { status: 200 } }]],
    ['a delegate', [{ delegate: { name: 'x' } }]],
    ['no destination', [{ name: 'x' }]],
    ['null for destinations', [{ route: null } as unknown as HTTPRoute]],
    ['no routes', []],
  ])('none for %s', (_, http) => {
    expect(render(http)).toEqual({ http, dropped: [] });
  });

  it.each(['backend', HOST])('the route to the host in every spelling: %s', (host) => {
    const route = { route: [to(host, 'shared')] };
    const target = copy().route?.[0];
    const destination = { host, subset: 'test' };
    expect(httpOf([route])).toEqual([copy('test', { route: [{ ...target, destination }] }), route]);
  });

  it('depends on the namespace of the VirtualService and the cluster domain', () => {
    const scope = { ...SCOPE, namespace: 'other' };
    expect(httpOf([BASE], [planEntry()], scope)).toEqual([BASE]);
    expect(
      httpOf([BASE], [planEntry({ host: 'backend.other.svc.cluster.local' })], scope),
    ).toHaveLength(2);
    expect(httpOf([BASE], [planEntry()], { ...SCOPE, clusterDomain: 'corp' })).toEqual([BASE]);
  });

  it('a route with any of several base subsets', () => {
    const routes = ['v1', 'v2', 'v3'].map((subset) => ({ route: [to('backend', subset)] }));
    const rendered = httpOf(routes, [planEntry({ from: ['v1', 'v3'] })]);
    expect(rendered).toEqual([copy(), routes[0], routes[1], copy(), routes[2]]);
  });

  it('each of several possible routes', () => {
    const narrow = { ...BASE, match: [{ uri: { prefix: '/a' } }] };
    const match = [{ uri: { prefix: '/a' }, headers: { user: { exact: 'test-user' } } }];
    expect(httpOf([narrow, BASE])).toEqual([copy('test', { match }), narrow, copy(), BASE]);
  });
});

describe('a copy', () => {
  it("keeps everything except name, match and the targets on the env's host", () => {
    const route: HTTPRoute = {
      name: 'canary',
      match: [{ uri: { prefix: '/' }, method: { exact: 'GET' } }],
      timeout: '5s',
      retries: { attempts: 2 },
      fault: { delay: { fixedDelay: '1s' } },
      mirror: { host: 'shadow' },
      headers: { request: { set: { a: 'b' } } },
      route: [
        { ...to('other', 'shared'), weight: 10 },
        {
          destination: { host: 'backend', subset: 'shared', port: { number: 8080 } },
          weight: 70,
          headers: { request: { remove: ['x'] }, response: { set: { s: '1' }, add: { a: '2' } } },
        },
        { ...to('backend', 'shared'), weight: 20 },
      ],
    };
    expect(httpOf([route])).toEqual([
      {
        ...route,
        name: nameOf(),
        match: [{ ...route.match?.[0], headers: { user: { exact: 'test-user' } } }],
        route: [
          { ...to('other', 'shared'), weight: 10 },
          {
            destination: { host: 'backend', subset: 'test', port: { number: 8080 } },
            weight: 70,
            headers: {
              request: { remove: ['x'] },
              response: { set: { s: '1' }, add: { a: '2', 'x-dynamic-env': 'backend-test' } },
            },
          },
          {
            destination: { host: 'backend', subset: 'test' },
            weight: 20,
            headers: { response: { add: { 'x-dynamic-env': 'backend-test' } } },
          },
        ],
      },
      route,
    ]);
  });

  it('treats null as absent', () => {
    const nulls = { match: null, redirect: null, delegate: null, directResponse: null };
    const headers = { request: null, response: null };
    const route = { ...nulls, route: [{ ...to('backend', 'shared'), headers }] };
    const { match: _, ...kept } = nulls;
    expect(httpOf([route as unknown as HTTPRoute])[0]).toEqual({
      ...kept,
      ...copy(),
      route: [
        {
          destination: { host: 'backend', subset: 'test' },
          headers: { request: null, response: { add: { 'x-dynamic-env': 'backend-test' } } },
        },
      ],
    });
  });

  it('is made for each env and match, the narrower match first, all before the route', () => {
    const a = planEntry({ env: 'a', matches: [{ headers: { user: { prefix: 'a' } } }] });
    const b = planEntry({
      env: 'b',
      matches: [{ headers: { user: { prefix: 'bb' } } }, { headers: { user: { exact: 'c' } } }],
    });
    const made = httpOf([BASE], [a, b]);
    expect(made).toEqual([
      copy('b', { match: [{ headers: { user: { exact: 'c' } } }] }),
      copy('b', { match: [{ headers: { user: { prefix: 'bb' } } }] }),
      copy('a', { match: [{ headers: { user: { prefix: 'a' } } }] }),
      BASE,
    ]);
    expect(httpOf([BASE], [b, a])).toEqual(made);
  });

  it('is rendered again, and copies of removed envs are removed', () => {
    const stale = copy('test', { timeout: '1s' });
    const kept = { name: 'dynamic-environment-test', ...BASE };
    expect(httpOf([stale, copy('gone'), BASE, copy('gone'), kept])).toEqual([
      copy(),
      BASE,
      copy(),
      kept,
    ]);
    expect(httpOf([copy(), BASE], [])).toEqual([BASE]);
  });

  it('of env foo is not treated as one of foo-bar', () => {
    const [foo, fooBar] = [planEntry({ env: 'foo' }), planEntry({ env: 'foo-bar' })];
    expect(nameOf('foo-bar', 'x')).not.toBe(nameOf('foo', 'bar-x'));
    expect(httpOf([copy('foo'), copy('foo-bar'), BASE], [foo])).toEqual([copy('foo'), BASE]);
    expect(httpOf([copy('foo'), BASE], [fooBar])).toEqual([copy('foo-bar'), BASE]);
  });
});

describe('a copy that cannot be made', () => {
  const mine = {
    injection: planEntry(),
    selector: expect.objectContaining({ entries: planEntry().matches, matchIndex: 0 }),
    routeName: nameOf(),
  };

  it('is reported, with the reason for each entry', () => {
    const match = [
      { headers: { user: { exact: 'else' } } },
      { withoutHeaders: { User: { prefix: 'x' } } },
    ];
    const message = 'route "r" already has another condition on header user';
    const dropped = { pair: mine, state: 'skipped', message };
    const route = { ...BASE, name: 'r', match };
    expect(render([route])).toEqual({
      http: [route],
      dropped: [
        { ...dropped, isHarmless: true },
        { ...dropped, isHarmless: false },
      ],
    });
  });

  it('is reported if it concerns some entries only', () => {
    const match = [{ headers: { user: { regex: '.*' } } }, {}];
    const route = { ...BASE, match };
    const message = 'a route without a name already has another condition on header user';
    expect(render([route])).toEqual({
      http: [copy(), route],
      dropped: [{ pair: mine, state: 'skipped', message, isHarmless: false }],
    });
  });

  it("because istiod would refuse it is reported with istiod's reason, and other copies are made", () => {
    const bad = planEntry({ env: 'bad', matches: [{ headers: { user: { regex: '(' } } }] });
    const { http, dropped } = render([BASE], [bad, planEntry()]);
    expect(http).toEqual([copy(), BASE]);
    expect(dropped).toEqual([
      {
        pair: {
          injection: bad,
          selector: expect.objectContaining({ entries: bad.matches, matchIndex: 0 }),
          routeName: nameOf('bad'),
        },
        state: 'invalid',
        message: expect.stringMatching(
          /^Istio would refuse the copy of a route without a name: match\[0\]\.headers\.user\.regex: is no RE2 expression: /,
        ),
        isHarmless: false,
      },
    ]);
  });

  it('because of the clone, the subset or a label is reported, too', () => {
    const states = (spec: Parameters<typeof planEntry>[0]) =>
      render([BASE], [planEntry(spec)]).dropped.map(({ state }) => state);
    expect(states({ clone: '50%' })).toEqual(['invalid']);
    expect(states({ subset: 'a_b' })).toEqual(['invalid']);
    expect(states({ matches: [{ sourceLabels: { 'a b': 'c' } }] })).toEqual(['invalid']);
  });

  it('is reported with the first wrong field, whatever the order of keys', () => {
    const messages = [
      { b: '-', a: '-' },
      { a: '-', b: '-' },
    ].map((sourceLabels) => {
      const [dropped] = render([BASE], [planEntry({ matches: [{ sourceLabels }] })]).dropped;
      return dropped?.message;
    });
    const message =
      'Istio would refuse the copy of a route without a name: match[0].sourceLabels.a: "-" is not a valid label value';
    expect(messages).toEqual([message, message]);
  });

  it('is reported with both reasons if some entries are omitted and the rest is refused', () => {
    const match = [{ headers: { user: { prefix: 'te' } } }, { port: 70000 }];
    expect(render([{ ...BASE, match }]).dropped.map(({ state }) => state)).toEqual([
      'skipped',
      'invalid',
    ]);
  });

  it('is made of the other entries if istiod would refuse one entry', () => {
    const match = [{ headers: { user: { regex: '(' } } }, {}];
    const { http, dropped } = render([{ ...BASE, match }]);
    expect(http).toEqual([copy(), { ...BASE, match }]);
    expect(dropped.map(({ state }) => state)).toEqual(['skipped']);
  });

  it("is made despite JWT claims of the user's match at a gateway, where Istio supports them", () => {
    const match = [{ headers: { '@request.auth.claims.group': { exact: 'a' } } }];
    const route = { ...BASE, match };
    const atGateway = { ...SCOPE, gateways: ['infra/gw'] };
    const headers = { ...match[0]?.headers, user: { exact: 'test-user' } };
    expect(httpOf([route], [planEntry()], atGateway)).toEqual([
      copy('test', { match: [{ headers }] }),
      route,
    ]);
    expect(httpOf([route], [planEntry()], { ...SCOPE, gateways: ['infra/gw', 'mesh'] })).toEqual([
      route,
    ]);
    expect(httpOf([route])).toEqual([route]);
  });

  it('includes a copy with source labels in a delegate', () => {
    const injection = planEntry({ matches: [{ sourceLabels: { app: 'web' } }] });
    expect(httpOf([BASE], [injection], { ...SCOPE, isDelegate: true })).toEqual([BASE]);
    expect(httpOf([BASE], [injection])).toEqual([
      copy('test', { match: [{ sourceLabels: { app: 'web' } }] }),
      BASE,
    ]);
  });
});
