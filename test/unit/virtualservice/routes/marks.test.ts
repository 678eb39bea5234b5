import { describe, expect, it } from '@jest/globals';
import type { HTTPRoute, VirtualService } from '../../../../src/istio/types.ts';
import {
  isMarkAnnotation,
  isMarkLabel,
  marksOf,
} from '../../../../src/virtualservice/routes/marks.ts';
import { httpOf, scopeOf } from '../../../../src/virtualservice/routes/scope.ts';
import {
  keepsUserRoutes,
  withoutEnvRoutes,
  withoutOurs,
} from '../../../../src/virtualservice/routes/strip.ts';
import { BASE, CONFIG, copy, routing, SCOPE, users, virtualService } from '../builders.ts';

/** Of the http routes alone. */
const lists = (http: HTTPRoute[]) => ({ http, tcp: [], tls: [] });

describe('marks', () => {
  it('are exactly the plan, the envs and the index labels', () => {
    const mine = {
      'riskified.com/route-injections': '{}',
      'riskified.com/dynamic-environment': 'a',
    };
    const annotations = { ...mine, 'riskified.com/ignore': 'true', 'env.riskified.com/a': 'x' };
    const labels = { 'env.riskified.com/a': 'injected', app: 'x', 'xenv.riskified.com/a': 'y' };
    expect(marksOf(routing([], { annotations, labels }))).toEqual({
      annotations: mine,
      labels: { 'env.riskified.com/a': 'injected' },
    });
    expect(Object.keys(annotations).map(isMarkAnnotation)).toEqual([true, true, false, false]);
    expect(Object.keys(labels).map(isMarkLabel)).toEqual([true, false, false]);
  });

  it('are none on an object without labels and annotations', () => {
    const none = { annotations: {}, labels: {} };
    expect(marksOf(null)).toEqual(none);
    expect(marksOf(routing([]))).toEqual(none);
    const nulls = { annotations: null, labels: null } as unknown as VirtualService['metadata'];
    expect(marksOf(routing([], nulls))).toEqual(none);
  });
});

describe("the user's routes", () => {
  it('are those without a name in our format', () => {
    const names = [
      undefined,
      '',
      'dynamic-environment-foo',
      'dynamic-environment-foo-0123456789a',
      'dynamic-environment-0123456789',
      'x-dynamic-environment-foo-0123456789',
      'dynamic-environment-foo-012345678G',
    ];
    const users = names.map((name) => (name === undefined ? BASE : { ...BASE, name }));
    const mixed = users.flatMap((route) => [copy(), route]);
    expect(withoutEnvRoutes([...mixed, copy('foo')])).toEqual(users);
    expect(withoutEnvRoutes([...mixed, copy('foo')])[0]).toBe(BASE);
  });

  it("and the user's marks are what remains of a VirtualService without our parts", () => {
    const annotations = { 'riskified.com/route-injections': '{}', note: 'x' };
    const labels = { 'env.riskified.com/a': 'injected', team: 'shop' };
    const object = routing([copy(), BASE], { annotations, labels });
    const metadata = { annotations: { note: 'x' }, labels: { team: 'shop' } };
    expect(withoutOurs(object)).toEqual(routing([BASE], metadata));
    expect(withoutOurs(object)).toBe(withoutOurs(object));
    expect(withoutOurs(routing([]))).toEqual(routing([]));
  });

  it('are kept if all of them are there, in their order, unchanged', () => {
    const other = { ...BASE, name: 'other' };
    expect(keepsUserRoutes(users([copy(), BASE, other]), lists([BASE, copy('x'), other]))).toBe(
      true,
    );
    expect(keepsUserRoutes(users([BASE, other]), lists([other, BASE]))).toBe(false);
    expect(keepsUserRoutes(users([BASE, other]), lists([BASE]))).toBe(false);
    expect(keepsUserRoutes(users([BASE]), lists([{ ...BASE, timeout: '1s' }]))).toBe(false);
  });
});

describe('fields that a careless manifest omits', () => {
  const bare = { apiVersion: 'v1', kind: 'VirtualService', metadata: { name: 'x' } };
  const nothing = { ...SCOPE, namespace: '', name: '/x', hosts: [], isDelegate: true };

  it.each<[string, object]>([
    ['spec', {}],
    ['null for spec', { spec: null }],
    ['http', { spec: {} }],
    ['null for everything', { spec: { http: null, hosts: null, gateways: null } }],
  ])('count as absent: %s', (_, spec) => {
    const object = { ...bare, ...spec } as VirtualService;
    expect(httpOf(object)).toEqual([]);
    expect(scopeOf(object, CONFIG)).toEqual(nothing);
  });

  it('the rest is read as it is written', () => {
    const object = virtualService({ http: [BASE], gateways: ['gw'] });
    expect(httpOf(object)).toEqual([BASE]);
    const place = { namespace: 'shop', name: 'shop/backend', hosts: ['backend'] };
    const scope = { ...place, clusterDomain: 'cluster.local', gateways: ['gw'] };
    expect(scopeOf(object, CONFIG)).toEqual({ ...SCOPE, ...scope });
  });
});
