import { describe, expect, test } from '@jest/globals';
import { PLAN_ANNOTATION } from '../../../src/api/marks.ts';
import { mergedRouteName } from '../../../src/api/merged-route-name.ts';
import { MERGE_KIND } from '../../../src/api/virtualservicemerge.ts';
import type { HTTPRoute, VirtualService } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { pictureOf } from '../../../src/picture/picture.ts';
import { withMarker } from '../../../src/virtualservice/routes/l4-marker.ts';
import type { PlannedMerge } from '../../../src/virtualservice/routes/merge-codec.ts';
import { serializePlan } from '../../../src/virtualservice/routes/plan-codec.ts';
import { route, to } from '../istio/builders.ts';
import { bigShop, deployment, routes, rule, SETTINGS, service, simple } from './objects.ts';

const HEADER: HTTPRoute = { match: [{ headers: { ref: { exact: 'mp-101' } } }], route: [to('b')] };
const TCP = { match: [{ port: 5432 }], route: [to('b')] };
const OWN_TCP = { match: [{ port: 3306 }], route: [to('b')] };

function planned(name: string, namespace: string, lists: Partial<PlannedMerge>): PlannedMerge {
  const version = { created: '2026-01-01T00:00:00Z', generation: 1, uid: `uid-${name}` };
  return { ...version, group: 'istiomerger.monime.sl', name, namespace, ...lists };
}

/** A VirtualService as it is with the routes of this merge. */
function withRoutes(vs: VirtualService, merge: PlannedMerge): VirtualService {
  const { http = [], tcp = [] } = merge;
  const merged = http.map((one, index) => ({
    ...one,
    name: mergedRouteName('shop/a', merge, one.name ?? `${index}`),
  }));
  return {
    ...vs,
    metadata: {
      ...vs.metadata,
      annotations: {
        [PLAN_ANNOTATION]: serializePlan({ injections: [], notes: [], merges: [merge] }),
      },
    },
    spec: {
      ...vs.spec,
      http: [...merged, ...(vs.spec.http ?? [])],
      ...(tcp.length === 0 ? {} : { tcp: [...tcp.map(withMarker), OWN_TCP] }),
    },
  };
}

const shop = (vs: VirtualService): KubeObject[] => [
  service('a'),
  deployment('a', 'a', 'shared'),
  rule('a', 'shared'),
  service('b'),
  deployment('b', 'b', 'mp-101'),
  vs,
];
const labels = (objects: KubeObject[]) =>
  pictureOf(objects, SETTINGS).edges.map(({ to: end, labels: texts, isMerged = false }) => [
    end.replaceAll('.shop.svc.cluster.local', ''),
    texts,
    isMerged,
  ]);

describe('routes of merges have their name in the label', () => {
  const vs = routes('a', route('a', 'shared'));
  const own = ['version a Deployment shop/a', ['everything'], false];

  test.each<[string, PlannedMerge, string]>([
    ['of the same namespace', planned('mp-101', 'shop', { http: [HEADER] }), 'merge mp-101: '],
    ['of another namespace', planned('mp-101', 'team', { http: [HEADER] }), 'merge team/mp-101: '],
  ])('%s', (_, merge, start) => {
    expect(labels(shop(withRoutes(vs, merge)))).toEqual([
      ['version b Deployment shop/b', [`${start}ref=mp-101`], true],
      own,
    ]);
  });

  test('tcp routes: those of the user have none', () => {
    const merge = planned('db', 'shop', { tcp: [TCP] });
    expect(labels(shop(withRoutes(vs, merge)))).toEqual([
      own,
      ['version b Deployment shop/b', ['merge db: tcp or tls', 'tcp or tls'], true],
    ]);
  });
});

test('why a merge adds nothing, and its conflicts, are problems of the VirtualService', () => {
  const merge = (name: string, ...conditions: object[]): KubeObject & { spec: object } => ({
    apiVersion: 'istiomerger.monime.sl/v1alpha1',
    kind: MERGE_KIND,
    metadata: { name, namespace: 'shop' },
    spec: { target: { name: 'a' } },
    ...{ status: { conditions } },
  });
  const objects = [
    ...shop(routes('a', route('a', 'shared'))),
    merge('bad', { type: 'Merged', status: 'False', message: 'not accepted' }),
    merge(
      'both',
      { type: 'Merged', status: 'True', message: 'merged' },
      { type: 'Conflicted', status: 'True', message: 'a route has no match' },
    ),
    merge('good', { type: 'Merged', status: 'True' }, { type: 'Conflicted', status: 'False' }),
  ];
  const { nodes } = pictureOf(objects, SETTINGS);
  expect(nodes.find(({ id }) => id === 'virtualservice shop/a')?.problems).toEqual([
    'merge shop/bad: not accepted',
    'merge shop/both: a route has no match',
  ]);
});

test('a Service with merged routes is not folded', () => {
  const [vs, ...others] = simple('a').reverse() as [VirtualService, ...KubeObject[]];
  const there: HTTPRoute = { match: [{ method: { exact: 'PUT' } }], route: [to('a', 'shared')] };
  const merged = withRoutes(vs, planned('mp-101', 'shop', { http: [there] }));
  const kinds = (last: KubeObject) =>
    pictureOf([...bigShop(20), ...others, service('b'), last], SETTINGS).nodes.find(
      ({ id }) => id === 'service a.shop.svc.cluster.local',
    )?.kind;
  expect([kinds(vs), kinds(merged)]).toEqual(['folded', 'service']);
});
