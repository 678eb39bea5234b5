import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { entryKey } from '../../../src/api/route-name.ts';
import type { HTTPRoute } from '../../../src/istio/types.ts';
import { refSettings } from '../../../src/refs/settings.ts';
import { renderRoutes } from '../../../src/virtualservice/injections/render.ts';
import type { PlannedInjection } from '../../../src/virtualservice/routes/plan-codec.ts';
import { withoutOurs } from '../../../src/virtualservice/routes/strip.ts';
import { ENVOY_BIN } from '../lib/envoy-program.ts';
import { gatewayHost } from './envoy-routes.ts';
import { type Gateway, startGateway } from './gateway.ts';

const HOSTS = ['shop.example.com', 'api.example.com'];
const USERS: HTTPRoute[] = [
  { match: [{ uri: { prefix: '/old' } }], redirect: { uri: '/new' } },
  { match: [{ uri: { prefix: '/fixed' } }], directResponse: { status: 418 } },
  {
    match: [{ uri: { prefix: '/api' } }],
    headers: { response: { add: { 'Set-Cookie': 'own=1' }, set: { vary: 'Accept' } } },
    route: [{ destination: { host: 'backend', subset: 'shared' } }],
  },
  { route: [{ destination: { host: 'web', subset: 'main' } }] },
];
const SCOPE = {
  namespace: 'shop',
  name: 'shop/entrance',
  clusterDomain: 'cluster.local',
  gateways: ['infra/gateway'],
  hosts: HOSTS,
  isDelegate: false,
  refs: refSettings({ refCarriers: ['header', 'cookie'] }),
};

function planned(env: string, link: string, headers: Record<string, string>): PlannedInjection[] {
  const ref = link === `env.${env}` ? {} : { ref: link };
  const matches = 'ref' in ref ? [] : [{ headers: { user: { exact: headers['user'] ?? '' } } }];
  const own = {
    env,
    created: '2026-01-01T00:00:00Z',
    deployment: { namespace: 'shop', name: 'backend' },
    clone: `backend-${env}`,
    matches,
    ...ref,
  };
  const entry = { host: 'shop.example.com', link, headers };
  return [
    { ...own, host: 'backend.shop.svc.cluster.local', from: ['shared'], to: env },
    { ...own, host: entryKey('shop.example.com'), from: [], to: '', entry },
  ];
}

const INJECTIONS = [
  ...planned('a', 'mp-101', { 'x-source-route': 'mp-101' }),
  ...planned('b', 'mp-102', { 'x-source-route': 'mp-102' }),
  ...planned('c', 'env.c', { user: '100%' }),
];
const OBJECT = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'entrance', namespace: 'shop' },
  spec: { hosts: HOSTS, gateways: ['infra/gateway'], http: USERS },
};

let gateway: Gateway;
let plain: Gateway;
beforeAll(async () => {
  const program = process.env[ENVOY_BIN] ?? '';
  const { http } = renderRoutes(withoutOurs(OBJECT), INJECTIONS, SCOPE);
  const domains = ['*'];
  gateway = await startGateway(program, gatewayHost(domains, http));
  plain = await startGateway(program, gatewayHost(domains, USERS));
});
afterAll(async () => {
  await gateway?.stop();
  await plain?.stop();
});

const cookie = (link: string) => ({ cookie: `x=y; x-source-route=${link}` });
const set = (link: string, age: number) =>
  `x-source-route=${link}; Path=/; SameSite=Lax; Max-Age=${age}; Secure`;
const ask = (path: string, headers?: Record<string, string>, host = 'shop.example.com') =>
  gateway.ask(host, path, headers);

/** What differs from call to call. */
function essence({ headers, got, ...answer }: Awaited<ReturnType<typeof ask>>) {
  const { date: _date, ...kept } = headers;
  const { 'x-request-id': _id, ...request } = got;
  return { ...answer, headers: { ...kept, 'x-envoy-upstream-service-time': [] }, got: request };
}

describe('through a real Envoy', () => {
  test.each([
    ['shop.example.com', 'mp-101', 'a|backend'],
    ['shop.example.com:8443', 'mp-102', 'b|backend'],
    ['shop.example.com', 'env.c', 'c|backend'],
  ])('a link at %s with %s goes to %s and sets the cookie', async (host, link, wentTo) => {
    const answer = await ask(`/api?a=b&x-source-route=${link}`, {}, host);
    expect(answer).toMatchObject({ status: 200, wentTo });
    expect(answer.headers['set-cookie']).toEqual(['own=1', set(link, 86_400)]);
    expect(answer.headers['cache-control']?.join()).toContain('private, no-store');
    expect(answer.headers['vary']?.join()).toMatch(/Accept.*Cookie/);
    const [name, value] = link === 'env.c' ? ['user', '100%'] : ['x-source-route', link];
    expect(answer.got[name]).toBe(value);
  });

  test('a link that is redirected, or answered by the gateway, sets the cookie, too', async () => {
    const redirect = await ask('/old?x-source-route=mp-101');
    expect([redirect.status, redirect.headers['set-cookie']]).toEqual([
      301,
      [set('mp-101', 86_400)],
    ]);
    const fixed = await ask('/fixed?x-source-route=mp-101');
    expect([fixed.status, fixed.headers['set-cookie']]).toEqual([418, [set('mp-101', 86_400)]]);
  });

  test('the cookie goes on leading there, sets no cookie, and nobody may keep the answer', async () => {
    const answer = await ask('/api', cookie('mp-101'));
    expect(answer.wentTo).toBe('a|backend');
    expect(answer.headers['set-cookie']).toEqual(['own=1']);
    expect(answer.headers['cache-control']?.join()).toContain('no-store');
    const page = await ask('/', cookie('mp-101'));
    expect([page.wentTo, page.got['x-source-route']]).toEqual(['main|web', 'mp-101']);
  });

  test('a link beats the cookie of another env, and a header', async () => {
    expect((await ask('/api?x-source-route=mp-102', cookie('mp-101'))).wentTo).toBe('b|backend');
    const both = await ask('/api?x-source-route=mp-102', { 'x-source-route': 'mp-101' });
    expect([both.wentTo, both.got['x-source-route']]).toEqual(['b|backend', 'mp-102']);
  });

  test('a header beats the cookie', async () => {
    const answer = await ask('/api', { ...cookie('mp-101'), 'x-source-route': 'mp-102' });
    expect(answer.wentTo).toBe('b|backend');
    const user = await ask('/api', { ...cookie('env.c'), user: 'x' });
    expect(user.wentTo).toBe('shared|backend');
  });

  test.each(['mp-101', 'mp-999'])('an empty link leaves, with a cookie of %s', async (link) => {
    for (const query of [
      'x-source-route=',
      'x-source-route',
      'a=b&x-source-route=&x-source-route=mp-101',
    ]) {
      const answer = await ask(`/api?${query}`, cookie(link));
      expect([query, answer.wentTo, answer.headers['set-cookie']]).toEqual([
        query,
        'shared|backend',
        ['own=1', set('', 0)],
      ]);
    }
  });

  const odd = [
    '/api?x-source-route=mp-103',
    '/api?x-source-route=mp-1012',
    '/api?x-source-route=%6dp-101',
    '/api?x-source-route=%25PROTOCOL%25',
    '/api?x-source-route=mp-101%0d%0aset-cookie:%20a=b',
    `/api?x-source-route=${'x'.repeat(2048)}`,
    '/api?X-Source-Route=mp-101',
    '/api?y=x-source-route=mp-101',
  ];
  const others: [string, string, Record<string, string>][] = [
    ...odd.map((path): [string, string, Record<string, string>] => ['shop.example.com', path, {}]),
    ['shop.example.com', '/api', {}],
    ['shop.example.com', '/', {}],
    ['shop.example.com', '/old', {}],
    ['shop.example.com', '/fixed', {}],
    ['shop.example.com', '/api', cookie('mp-103')],
    ['shop.example.com', '/api', cookie('mp-1012')],
    ['shop.example.com', '/api', { cookie: 'x-source-route=mp-101; x-source-route=mp-102' }],
    ['api.example.com', '/api?x-source-route=', {}],
    ['api.example.com', '/api?x-source-route=mp-101', {}],
    ['api.example.com', '/api?x-source-route=env.c', cookie('env.c')],
    ['shop.example.com.evil.org', '/api?x-source-route=mp-101', {}],
    ['shopxexample.com', '/api?x-source-route=mp-101', {}],
    ['a.shop.example.com', '/?x-source-route=mp-101', {}],
    ['shop.example.com:80x', '/?x-source-route=mp-101', {}],
  ];
  test.each(others)(
    '%s%.60s with %j is answered as if there were no env',
    async (host, path, headers) => {
      const [with_, without] = [
        await ask(path, headers, host),
        await plain.ask(host, path, headers),
      ];
      expect(essence(with_)).toEqual(essence(without));
    },
  );
});
