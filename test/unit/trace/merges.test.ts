import { describe, expect, test } from '@jest/globals';
import { PLAN_ANNOTATION } from '../../../src/api/marks.ts';
import { mergedRouteName } from '../../../src/api/merged-route-name.ts';
import { MERGE_KIND } from '../../../src/api/virtualservicemerge.ts';
import { readCalls } from '../../../src/cli/trace/calls.ts';
import type { HTTPRoute, VirtualService } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { mergeOfRoute } from '../../../src/trace/merge-routes.ts';
import { meshSnapshot } from '../../../src/trace/mesh-snapshot.ts';
import { trace } from '../../../src/trace/trace.ts';
import type { Hop } from '../../../src/trace/types.ts';
import { serializePlan } from '../../../src/virtualservice/routes/plan-codec.ts';
import { to, virtualService } from '../istio/builders.ts';
import { service } from '../picture/objects.ts';

const GROUP = 'istiomerger.monime.sl';
const ref = (name: string, group = GROUP) => ({ group, namespace: 'shop', name });
const nameOf = (merge: string, route: string, group = GROUP) =>
  mergedRouteName('shop/a', ref(merge, group), route);

function withRoutes(...http: HTTPRoute[]): VirtualService {
  return virtualService('shop/a', { hosts: ['a'], http: [...http, { route: [to('a')] }] });
}

describe('the merge of a route', () => {
  const planned = (http: HTTPRoute[]): VirtualService => {
    const version = { created: '2026-01-01T00:00:00Z', generation: 1, uid: 'uid' };
    const plan = { injections: [], notes: [], merges: [{ ...version, ...ref('m'), http }] };
    const vs = withRoutes();
    const annotations = { [PLAN_ANNOTATION]: serializePlan(plan) };
    return { ...vs, metadata: { ...vs.metadata, annotations } };
  };

  test.each<[string, string | undefined, VirtualService, object | undefined]>([
    ['a route with a name', nameOf('m', 'mp-101'), withRoutes(), { ...ref('m'), route: 'mp-101' }],
    [
      'one without a name: its place',
      nameOf('m', '1'),
      planned([{}, {}]),
      { ...ref('m'), index: 1 },
    ],
    [
      'one whose name is a number',
      nameOf('m', '1'),
      planned([{ name: '1' }]),
      { ...ref('m'), route: '1' },
    ],
    [
      'a number, and the plan is not known',
      nameOf('m', '0'),
      withRoutes(),
      { ...ref('m'), index: 0 },
    ],
    [
      'of the other API group',
      nameOf('m', 'x', 'istiomerge.monime.sl'),
      withRoutes(),
      { ...ref('m', 'istiomerge.monime.sl'), route: 'x' },
    ],
    ["a user's route", 'stable', withRoutes(), undefined],
    ['a route without a name in the VirtualService', undefined, withRoutes(), undefined],
    [
      'a copy of a merged route of another VirtualService',
      mergedRouteName('shop/b', ref('m'), 'x'),
      withRoutes(),
      undefined,
    ],
  ])('%s', (_, name, vs, expected) => {
    expect(mergeOfRoute(name, vs)).toEqual(expected);
  });
});

describe('other merges', () => {
  const user = { match: [{ headers: { user: { exact: 'alice' } } }], route: [to('a')] };
  const route = (merge: string, name: string, more: HTTPRoute = user): HTTPRoute => ({
    ...more,
    name: nameOf(merge, name),
  });
  const merge = (name: string, change: object, ...conditions: object[]): KubeObject => ({
    apiVersion: `${GROUP}/v1alpha1`,
    kind: MERGE_KIND,
    metadata: { name, namespace: 'shop', generation: 1, ...change },
    ...{ spec: { target: { name: 'a' } }, status: { observedGeneration: 1, conditions } },
  });
  const MERGED = { type: 'Merged', status: 'True', reason: 'Merged', message: 'they are there' };
  const told = (...objects: KubeObject[]): Hop['otherMerges'] => {
    const calls = readCalls(['http://a/'], ['user: alice']);
    const caller = { kind: 'pod', gateway: 'mesh', namespace: 'shop', labels: {} } as const;
    const snapshot = meshSnapshot([service('a'), ...objects], 'cluster.local');
    return trace(calls, caller, snapshot, []).hops[0]?.otherMerges ?? [];
  };
  const LATER = 'its route "x" matches the request, too, but comes later';

  test.each<[string, HTTPRoute[], string | undefined]>([
    [
      'the same precedence',
      [route('m', 'x'), route('n', 'x')],
      `${LATER}: both have the same precedence, and the first merge is newer, or has the lower name`,
    ],
    [
      'a lower precedence',
      [route('m', 'y-7'), route('n', 'x')],
      `${LATER}: its precedence is 0, that of the first is 7`,
    ],
    ['another route of the same merge', [route('m', 'x'), route('m', 'y')], undefined],
    [
      'one that does not match',
      [route('m', 'x'), route('n', 'x', { ...user, match: [{ port: 1 }] })],
      undefined,
    ],
    [
      'one without a match',
      [route('m', 'x'), route('n', 'x', { route: [to('a')] })],
      `${LATER}: both have the same precedence, and the first merge is newer, or has the lower name`,
    ],
  ])('behind the route that took the request: %s', (_, http, why) => {
    expect(told(withRoutes(...http))).toEqual(
      why === undefined ? [] : [{ ...ref('n'), virtualService: 'shop/a', reason: 'later', why }],
    );
  });

  test.each<[string, KubeObject, string | undefined]>([
    ['merged', merge('m', {}, MERGED), undefined],
    [
      'not merged',
      merge('m', {}, { ...MERGED, status: 'False', message: 'x' }),
      'it is not merged: x',
    ],
    ['no status', merge('m', {}), 'it has no status yet'],
    ['being deleted', merge('m', { deletionTimestamp: 'x' }, MERGED), 'it is being deleted'],
    ['a new version', merge('m', { generation: 2 }, MERGED), 'its last change is not merged yet'],
    ['another target', { ...merge('m', {}), ...{ spec: { target: { name: 'b' } } } }, undefined],
  ])('in the status: %s', (_, object, why) => {
    expect(told(withRoutes(), object)).toEqual(
      why === undefined
        ? []
        : [{ ...ref('m'), virtualService: 'shop/a', reason: 'not-merged', why }],
    );
  });
});
