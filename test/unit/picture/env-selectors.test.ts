import { expect, test } from '@jest/globals';
import type { IstioMatch } from '../../../src/api/dynamicenv.ts';
import { PLAN_ANNOTATION } from '../../../src/api/marks.ts';
import type { HTTPMatchRequest, VirtualService } from '../../../src/istio/types.ts';
import { knownSelectors } from '../../../src/picture/env-selectors.ts';
import { matchTexts } from '../../../src/picture/match-text.ts';
import type { RefFlags } from '../../../src/refs/settings.ts';
import { renderRoutes } from '../../../src/virtualservice/injections/render.ts';
import { serializePlan } from '../../../src/virtualservice/routes/plan-codec.ts';
import { scopeOf } from '../../../src/virtualservice/routes/scope.ts';
import { withoutOurs } from '../../../src/virtualservice/routes/strip.ts';
import { planEntry, virtualService } from '../virtualservice/builders.ts';

const ALL: Partial<RefFlags> = { refCarriers: ['header', 'baggage', 'cookie'] };

/** The texts of an env's routes, as they are rendered before a route with these match entries. */
function texts(
  spec: { matches?: IstioMatch[]; ref?: string },
  match: HTTPMatchRequest[] = [],
  flags: Partial<RefFlags> = {},
) {
  const settings = { clusterDomain: 'cluster.local', ...flags };
  const route = [{ destination: { host: 'backend', subset: 'shared' } }];
  const plan = [planEntry({ matches: [], ...spec })];
  const annotations = { [PLAN_ANNOTATION]: serializePlan({ injections: plan, notes: [] }) };
  const http = [match.length === 0 ? { route } : { match, route }];
  const gateways = ['mesh', 'public'];
  const vs: VirtualService = virtualService({ http, gateways }, { annotations });
  const known = knownSelectors(vs, settings);
  const rendered = renderRoutes(withoutOurs(vs), plan, scopeOf(vs, settings)).http;
  return rendered.slice(0, -1).map((one) => matchTexts(one, known(one.name)));
}

const COOKIE = { cookie: { name: 'user', exact: 'alice' } };
const BAGGAGE = { baggage: { key: 'user', exact: 'alice' } };

test.each<[string, IstioMatch, HTTPMatchRequest[], string[]]>([
  ['a cookie', COOKIE, [], ['cookie user=alice']],
  ['a baggage member', BAGGAGE, [], ['baggage user=alice']],
  ['both', { ...COOKIE, ...BAGGAGE }, [], ['cookie user=alice, baggage user=alice']],
  [
    'a cookie beside other conditions of the match and of the route',
    { ...COOKIE, headers: { a: { exact: 'b' } } },
    [{ uri: { prefix: '/x' }, headers: { cookie: { prefix: 'canary' } } }, { port: 81 }],
    ['cookie user=alice, a=b, cookie^=canary, uri^=/x', 'cookie user=alice, a=b, port=81'],
  ],
  ['a parameter', { queryParams: { debug: { exact: '1' } } }, [], ['?debug=1']],
])('%s', (_name, match, own, expected) => {
  expect(texts({ matches: [match] }, own)).toEqual([expected]);
});

test('a ref is named, whatever carries it and whatever the headers are called', () => {
  expect(texts({ ref: 'mp-101' })).toEqual([['ref mp-101']]);
  expect(texts({ ref: 'mp-101' }, [{ uri: { prefix: '/x' } }], ALL)).toEqual(
    Array(3).fill(['ref mp-101, uri^=/x']),
  );
  expect(texts({ ref: 'mp-101' }, [], { sourceRouteHeader: 'env' })).toEqual([['ref mp-101']]);
});

test('of several selectors the one with the most conditions is named', () => {
  const matches = [COOKIE, { ...COOKIE, ...BAGGAGE }, { headers: { a: { exact: 'b' } } }];
  expect(texts({ matches, ref: 'mp-101' })).toEqual([
    ['ref mp-101'],
    ['a=b'],
    ['cookie user=alice, baggage user=alice'],
    ['cookie user=alice'],
  ]);
});

test('a route that is not in the plan is shown as it is', () => {
  const vs = virtualService({ http: [] });
  expect(knownSelectors(vs, { clusterDomain: 'cluster.local' })('a')).toEqual([]);
  expect(matchTexts({ match: [{ headers: { cookie: { regex: '.*' } } }] })).toEqual(['cookie~.*']);
});
