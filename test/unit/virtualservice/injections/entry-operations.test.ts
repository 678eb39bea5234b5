import { describe, expect, it } from '@jest/globals';
import { entryKey } from '../../../../src/api/route-name.ts';
import type { HTTPRoute } from '../../../../src/istio/types.ts';
import { MAX_ADDED_HEADERS } from '../../../../src/istio/validate-route.ts';
import { refSettings } from '../../../../src/refs/settings.ts';
import { draftRoutes } from '../../../../src/virtualservice/injections/render.ts';
import type { Scope } from '../../../../src/virtualservice/routes/scope.ts';
import { planEntry, SCOPE, to, users } from '../builders.ts';

const HOST = 'shop.example.com';
const AT: Scope = { ...SCOPE, name: 'shop/pages', gateways: ['infra/gw'], hosts: [HOST] };
const ENTRY = planEntry({
  subset: undefined as never,
  host: entryKey(HOST),
  from: [],
  matches: [],
  ref: 'mp-101',
  entry: { host: HOST, link: 'mp-101', headers: { 'x-source-route': 'mp-101' } },
});

const draft = (route: HTTPRoute, scope = AT) => draftRoutes(users([route]), [ENTRY], scope);
const added = (count: number) => ({
  response: {
    add: Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-${at}`, 'a'])),
  },
});

describe("an entry's operations on headers", () => {
  it.each<[string, (count: number) => HTTPRoute]>([
    ['the route', (count) => ({ headers: added(count), route: [to('web', 'main')] })],
    ['its target', (count) => ({ route: [{ ...to('web', 'main'), headers: added(count) }] })],
  ])('together with those of %s no more than Envoy accepts', (_, routeWith) => {
    // A link adds three: the cookie, and two for caches.
    expect(draft(routeWith(MAX_ADDED_HEADERS - 3)).dropped).toEqual([]);
    const { dropped, routes } = draft(routeWith(MAX_ADDED_HEADERS - 2));
    expect(dropped.map(({ state }) => state)).toEqual(['invalid', 'invalid']);
    expect(dropped[0]?.message).toContain('but Envoy accepts at most 1000');
    // The cookie's copy adds two.
    expect(routes[0]?.copies.map(({ group }) => group.selector.way)).toEqual(['cookie']);
  });

  it('the same entry under another name of the source header', () => {
    const other = { ...AT, refs: refSettings({ sourceRouteHeader: 'x-branch' }) };
    const cookies = [AT, other, AT].map((scope) => {
      const [link] = draft({ route: [to('web', 'main')] }, scope).routes[0]?.copies ?? [];
      return link?.route.headers?.response?.add?.['Set-Cookie']?.split('=')[0];
    });
    expect(cookies).toEqual(['x-source-route', 'x-branch', 'x-source-route']);
  });
});
