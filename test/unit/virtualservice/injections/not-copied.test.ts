import { expect, it } from '@jest/globals';
import type { HTTPRoute } from '../../../../src/istio/types.ts';
import { whyNotCopied } from '../../../../src/virtualservice/injections/not-copied.ts';
import { scopeOf } from '../../../../src/virtualservice/routes/scope.ts';
import { routeTo, virtualService } from '../../../support/objects.ts';
import { HOST, planEntry } from '../builders.ts';

const OBJECT = virtualService('shop/backend');
const scope = scopeOf(OBJECT, { clusterDomain: 'cluster.local' });
const header = (value: string) => [{ headers: { user: { exact: value } } }];

it.each<[string, HTTPRoute, string | undefined]>([
  ['copied', { ...routeTo('backend', 'shared'), name: 'r' }, undefined],
  ['a redirect', { name: 'r', redirect: {} }, 'route "r" has no copy: it redirects'],
  [
    'a direct response',
    { directResponse: { status: 200 } },
    'a route without a name has no copy: it has a direct response',
  ],
  [
    'another host',
    { ...routeTo('other', 'shared'), name: 'r' },
    `route "r" does not send to ${HOST}`,
  ],
  ['no destination', { name: 'r' }, `route "r" does not send to ${HOST}`],
  [
    'no subset, beside another host',
    {
      name: 'r',
      route: [...(routeTo('other', 'shared').route ?? []), ...(routeTo('backend').route ?? [])],
    },
    `route "r" sends to ${HOST}, but copies are made only of routes to subset shared`,
  ],
  [
    'no subset',
    { ...routeTo('backend'), name: 'r' },
    `route "r" sends to ${HOST}, but copies are made only of routes to subset shared`,
  ],
  [
    'another condition on the same header',
    { ...routeTo('backend', 'shared'), name: 'r', match: header('somebody') },
    'route "r" already has another condition on header user',
  ],
  [
    'copied because of another entry',
    { ...routeTo('backend', 'shared'), name: 'r', match: [...header('somebody'), {}] },
    undefined,
  ],
])('%s', (_name, route, reason) => {
  expect(whyNotCopied(OBJECT, route, planEntry(), scope)).toBe(reason);
});

it('names all subsets of the base', () => {
  const route = { ...routeTo('backend', 'shared'), name: 'r' };
  expect(whyNotCopied(OBJECT, route, planEntry({ from: ['v1', 'v2'] }), scope)).toBe(
    `route "r" sends to ${HOST}, but copies are made only of routes to subset v1 or v2`,
  );
});

it('names no subset if the base has none', () => {
  const route = { ...routeTo('backend', 'shared'), name: 'r' };
  expect(whyNotCopied(OBJECT, route, planEntry({ from: [] }), scope)).toBe(
    `route "r" sends to ${HOST}, but copies are made only of routes to a subset of the base`,
  );
});
