import { describe, expect, test } from '@jest/globals';
import { PLAN_ANNOTATION } from '../../../../src/api/marks.ts';
import { mergedRouteName } from '../../../../src/api/merged-route-name.ts';
import { mergeRefOf, type VirtualServiceMerge } from '../../../../src/api/virtualservicemerge.ts';
import { operatorRoutes } from '../../../../src/cli/merge-adopt/operator-routes.ts';
import type { HTTPRoute, VirtualService } from '../../../../src/istio/types.ts';
import { operatorMerges } from '../../../support/merge-operator.ts';

type Patch = NonNullable<VirtualServiceMerge['spec']['patch']>;

const to = (host: string, name?: string): HTTPRoute => ({
  ...(name === undefined ? {} : { name }),
  route: [{ destination: { host } }],
});

function merge(name: string, patch: Patch, target = 'shop'): VirtualServiceMerge {
  const metadata = { name, namespace: 'shop' };
  const apiVersion = 'istiomerger.monime.sl/v1alpha1';
  return {
    apiVersion,
    kind: 'VirtualServiceMerge',
    metadata,
    spec: { target: { name: target }, patch },
  };
}

function shop(spec: Partial<VirtualService['spec']>): VirtualService {
  const metadata = { name: 'shop', namespace: 'shop' };
  const apiVersion = 'networking.istio.io/v1';
  return { apiVersion, kind: 'VirtualService', metadata, spec: { hosts: ['shop'], ...spec } };
}

const STABLE = to('shop', 'stable');

/** Name (or list and place), and whether it is taken out. */
function verdicts(virtualService: VirtualService, ...merges: VirtualServiceMerge[]) {
  return operatorRoutes(virtualService, merges).map(({ list, index, route, doubt }) => [
    list === 'http' ? route['name'] : `${list} ${index}`,
    doubt === undefined ? 'out' : 'stays',
  ]);
}

function merged(target: VirtualService, ...merges: VirtualServiceMerge[]): VirtualService {
  return merges.reduce(operatorMerges, target);
}

describe('routes of http', () => {
  test('with and without names, of two merges', () => {
    const a = merge('a', { http: [to('one'), to('two', 'x-5')] });
    const b = merge('b', { http: [to('three', 'canary')] });
    expect(verdicts(merged(shop({ http: [STABLE] }), a, b), a, b)).toEqual([
      ['x-5', 'out'],
      ['a-1', 'out'],
      ['b-0', 'out'],
    ]);
  });

  test('written by an earlier version of the operator, which kept all names', () => {
    const a = merge('a', { http: [to('one', 'canary')] });
    expect(verdicts(shop({ http: [to('one', 'canary'), STABLE] }), a)).toEqual([['canary', 'out']]);
  });

  test('that are left from a longer patch stay: nobody knows what they were', () => {
    const before = merge('m', { http: [to('one'), to('two'), to('three')] });
    const after = merge('m', { http: [to('two'), to('three')] });
    const target = merged(shop({ http: [STABLE] }), before, after);
    expect(verdicts(target, after)).toEqual([
      ['m-2', 'stays'],
      ['m-1', 'out'],
      ['m-0', 'out'],
    ]);
  });

  test('of the name alone, with another content, stay', () => {
    const m = merge('m', { http: [to('one')] });
    expect(verdicts(shop({ http: [to('mine', 'm-0'), STABLE] }), m)).toEqual([['m-0', 'stays']]);
  });

  test('of the content alone are the own ones, and are not named', () => {
    const m = merge('m', { http: [to('one')] });
    expect(verdicts(shop({ http: [to('one', 'mine'), to('one')] }), m)).toEqual([]);
  });

  test('a second one of the same name and content stays', () => {
    const m = merge('m', { http: [to('one')] });
    const twice = shop({ http: [to('one', 'm-0'), to('one', 'm-0')] });
    expect(verdicts(twice, m)).toEqual([
      ['m-0', 'out'],
      ['m-0', 'stays'],
    ]);
  });

  test('two merges with one name: the content decides', () => {
    const a = merge('a', { http: [to('one', 'r-10')] });
    const b = merge('b', { http: [to('two', 'r-10')] });
    const target = merged(shop({ http: [STABLE] }), a, b);
    const [found] = operatorRoutes(target, [a, b]);
    expect([found?.doubt, found?.merges]).toEqual([undefined, ['shop/b']]);
  });

  test('in a VirtualService that is not the target any more stay', () => {
    const m = merge('m', { http: [to('one')] }, 'other');
    expect(verdicts(shop({ http: [to('one', 'm-0'), STABLE] }), m)).toEqual([['m-0', 'stays']]);
  });

  test('that this system has merged are not named', () => {
    const m = merge('m', { http: [to('one')] });
    const name = mergedRouteName('shop/shop', mergeRefOf(m), '0');
    expect(verdicts(shop({ http: [to('one', name), STABLE] }), m)).toEqual([]);
  });
});

describe('routes of tcp and tls', () => {
  const route = (port: number | undefined, host: string) => ({
    ...(port === undefined ? {} : { match: [{ port }] }),
    route: [{ destination: { host } }],
  });

  test('with equal content are taken out, each of several copies', () => {
    const m = merge('m', { tcp: [route(undefined, 'db')] });
    const target = merged(shop({ tcp: [route(5432, 'mine')] }), m, m, m);
    expect(verdicts(target, m)).toEqual([
      ['tcp 1', 'out'],
      ['tcp 2', 'out'],
      ['tcp 3', 'out'],
    ]);
  });

  test('for the same port with another content stay', () => {
    const m = merge('m', { tls: [route(443, 'new')] });
    expect(verdicts(shop({ tls: [route(443, 'mine'), route(8443, 'mine')] }), m)).toEqual([
      ['tls 0', 'stays'],
    ]);
  });

  test('that this system has merged are not named', () => {
    const m = merge('m', { tcp: [route(5432, 'db')] });
    const marked = {
      match: [{ port: 5432, sourceLabels: {} }],
      route: [{ destination: { host: 'db' } }],
    };
    expect(verdicts(shop({ tcp: [marked, route(5432, 'db')] }), m)).toEqual([['tcp 1', 'out']]);
  });

  test('whose entries all have source labels: the first one is ours once the plan has the merge', () => {
    const labelled = { match: [{ port: 1, sourceLabels: { a: 'b' } }], route: to('db').route };
    const m = merge('m', { tcp: [labelled] });
    const target = shop({ tcp: [labelled, labelled] });
    const places = (of: VirtualService) => verdicts(of, m).map(([place]) => place);
    expect(places(target)).toEqual(['tcp 0', 'tcp 1']);
    const planned = { ...mergeRefOf(m), uid: 'u', generation: 1, created: '', tcp: [labelled] };
    const plan = JSON.stringify({ injections: [], notes: [], merges: [planned] });
    const annotations = { [PLAN_ANNOTATION]: plan };
    expect(places({ ...target, metadata: { ...target.metadata, annotations } })).toEqual(['tcp 1']);
  });
});

test.each<[string, VirtualServiceMerge['spec']]>([
  ['no spec', undefined as never],
  ['no target', { patch: { http: [to('one')] } }],
  ['no patch', { target: { name: 'shop' } }],
  [
    'a patch of another shape',
    { target: { name: 'shop' }, patch: { http: 'x', tcp: [1], tls: {} } },
  ],
])('a merge with %s has no routes anywhere', (_, spec) => {
  const m = { ...merge('m', {}), spec };
  expect(verdicts(shop({ http: [STABLE] }), m)).toEqual([]);
});
