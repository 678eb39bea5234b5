import { expect, it } from '@jest/globals';
import { entryKey } from '../../../src/api/route-name.ts';
import type { RouteInjection } from '../../../src/api/routeinjection.ts';
import type { Caller } from '../../../src/trace/types.ts';
import { virtualService } from '../../support/objects.ts';
import { call, envInjection, hop, rendered, routeTo, shop } from './builders.ts';

const SHOP = 'shop.example.com';
const GATEWAY: Caller = { kind: 'gateway', gateway: 'infra/gw' } as Caller;
const own = envInjection('alice');
const { subset: _none, ...spec } = own.spec;
const entry: RouteInjection = {
  ...own,
  metadata: { name: 'alice-entry' },
  spec: {
    ...spec,
    host: entryKey(SHOP),
    from: [],
    entry: { host: SHOP, link: 'env.alice', headers: { user: 'alice' } },
  },
};
const http = [
  { match: [{ uri: { prefix: '/old' } }], redirect: { uri: '/' } },
  { match: [{ uri: { prefix: '/web' } }], ...routeTo('web', 'shared') },
  routeTo('backend', 'shared'),
];
const entrance = virtualService('shop/entrance', { hosts: [SHOP], gateways: ['infra/gw'], http });
const injections = [own, entry];
const objects = shop({
  injections,
  envs: ['alice'],
  more: [rendered(entrance, injections)],
});
const at = (path: string, headers: Record<string, string> = {}) =>
  hop(objects, call(SHOP, { path, url: `http://${SHOP}${path}`, headers }), GATEWAY);

it('a link, and later its cookie', () => {
  const link = at('/?x-source-route=env.alice');
  expect(link.summary).toBe('to Deployment shop/backend-alice');
  expect(link.env).toMatchObject({ name: 'alice', entry: { host: SHOP, way: 'link' } });
  expect(link.env?.clone).toBe('shop/backend-alice');
  expect(link.notes.join()).toContain('user');
  const cookie = at('/', { cookie: 'x-source-route=env.alice' });
  expect(cookie.summary).toBe('to Deployment shop/backend-alice');
  expect(cookie.env?.entry).toEqual({ host: SHOP, way: 'cookie' });
});

it('where the env has no clone it is still the env that goes on', () => {
  const page = at('/web?x-source-route=env.alice');
  expect(page.summary).toBe('to Deployment shop/web');
  expect(page.env).toEqual({ name: 'alice', entry: { host: SHOP, way: 'link' }, before: [] });
  expect(at('/old?x-source-route=env.alice').outcome).toBe('redirect');
});

it('leaving is no env, and neither is another value', () => {
  for (const path of ['/?x-source-route=', '/?x-source-route=env.bob']) {
    const left = at(path, { cookie: path.endsWith('=') ? 'x-source-route=env.alice' : 'a=b' });
    expect(left.summary).toBe('to Deployment shop/backend');
    expect(left.env).toBeUndefined();
  }
});
