import { describe, expect, test } from '@jest/globals';
import type { VirtualServiceMerge } from '../../../../src/api/virtualservicemerge.ts';
import type { VirtualService } from '../../../../src/istio/types.ts';
import { admit } from '../../../../src/kinds/virtualservice/admit.ts';
import { readMerges } from '../../../../src/kinds/virtualservice/read-merges.ts';
import { decorate } from '../../../../src/kinds/virtualservice/sync.ts';
import { applyJsonPatch } from '../../../../src/simulator/api-server/json-patch.ts';
import { listsOf } from '../../../../src/virtualservice/routes/lists.ts';
import { at, deepFreeze, objectMap } from '../../../support/objects.ts';
import { CONFIG, virtualService } from '../../virtualservice/builders.ts';
import { routeTo, streamTo } from '../../virtualservice/merges/builders.ts';

const GROUP = 'istiomerger.monime.sl';
const TALK = 'istiomerge.monime.sl';
const PLAN = 'riskified.com/route-injections';

function merge(
  name: string,
  patch: unknown,
  rest: object = {},
  group = GROUP,
): VirtualServiceMerge {
  return deepFreeze({
    apiVersion: `${group}/v1alpha1`,
    kind: 'VirtualServiceMerge',
    metadata: {
      name,
      namespace: 'shop',
      uid: `${group} ${name}`,
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...rest,
    },
    spec: { target: { name: 'backend' }, patch },
  }) as VirtualServiceMerge;
}

const OWN = virtualService({ http: [routeTo('own', 'own')] });
const A = merge('a', { http: [routeTo('a')] });
const B = merge('b', { http: [routeTo('b')] }, {}, TALK);

/** What is stored after the sync with what was sent, and the admission of its write. */
function synced(
  object: VirtualService,
  sent: readonly VirtualServiceMerge[],
  groups: readonly string[],
  seconds: number,
  isSent: (group: string) => boolean = () => true,
): VirtualService {
  const none = Object.fromEntries(
    groups.filter(isSent).map((group) => [`VirtualServiceMerge.${group}/v1alpha1`, {}]),
  );
  const related = { ...none, ...objectMap(sent) };
  const merging = readMerges(related, groups);
  const { annotations } = decorate(object, [], CONFIG, at(seconds), undefined, merging);
  const all = { ...object.metadata.annotations, ...annotations };
  const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  const metadata = { ...object.metadata, annotations: kept as Record<string, string> };
  return written({ ...object, metadata }, object, CONFIG.metacontrollerUser);
}

function written(object: VirtualService, oldObject: VirtualService, username: string) {
  const { patch } = admit({ operation: 'UPDATE', username, object, oldObject }, CONFIG);
  return deepFreeze(applyJsonPatch(object, patch));
}

function withMerges(sent: readonly VirtualServiceMerge[], groups: readonly string[]) {
  return [0, 1, 2].reduce((live, second) => synced(live, sent, groups, second), OWN);
}

const hosts = (object: VirtualService) =>
  listsOf(object).http.map(({ route = [] }) => route[0]?.destination.host);

describe('the groups of merges', () => {
  const both = [GROUP, TALK];
  const live = withMerges([A, B], both);

  test('are read together', () => {
    expect(hosts(live).toSorted()).toEqual(['a', 'b', 'own']);
  });

  test('without one that is switched off, its routes leave after the wait', () => {
    const asking = synced(live, [A], [GROUP], 10);
    expect(hosts(synced(asking, [A], [GROUP], 189))).toEqual(hosts(live));
    expect(hosts(synced(asking, [A], [GROUP], 190))).toEqual(['a', 'own']);
  });

  test('without any, all routes and the plan leave after the wait', () => {
    const asking = synced(live, [], [], 10);
    expect(synced(asking, [], [], 189).spec).toEqual(live.spec);
    const off = synced(asking, [], [], 190);
    expect(off.spec).toEqual(OWN.spec);
    expect(off.metadata.annotations).toBeUndefined();
  });

  test.each<[string, VirtualServiceMerge[], string[]]>([
    ['all', [], []],
    ['one', [A], [GROUP]],
  ])('without %s in one replica only, all routes stay', (_, sent, groups) => {
    let next = live;
    for (let second = 10; second < 700; second += 10) {
      next = synced(next, sent, groups, second);
      next = synced(next, [A, B], both, second + 5);
      expect(next.spec).toEqual(live.spec);
    }
  });

  test('that were not sent keep their routes, and others come', () => {
    const C = merge('c', { http: [routeTo('c')] });
    const isSent = (group: string) => group === GROUP;
    let next = live;
    for (const second of [10, 11, 12]) next = synced(next, [A, C], both, second, isSent);
    expect(hosts(next).toSorted()).toEqual(['a', 'b', 'c', 'own']);
  });
});

describe('a merge in the plan', () => {
  const live = withMerges([A], [GROUP]);

  test.each<[string, VirtualServiceMerge[], string[]]>([
    ['that is gone leaves', [], ['own']],
    [
      'that is being deleted leaves',
      [merge('a', A.spec.patch, { deletionTimestamp: '2026-01-01T12:00:00Z', finalizers: ['x'] })],
      ['own'],
    ],
    [
      'that names another target leaves',
      [{ ...A, spec: { ...A.spec, target: { name: 'other' } } }],
      ['own'],
    ],
    ['that names no target leaves', [{ ...A, spec: { ...A.spec, target: {} } }], ['own']],
    [
      'whose next version is invalid stays',
      [merge('a', { http: [{ nothing: true }] }, { generation: 2 })],
      ['a', 'own'],
    ],
    [
      'whose next version cannot be read stays',
      [merge('a', 'text', { generation: 2 })],
      ['a', 'own'],
    ],
    [
      'whose next version has no routes leaves',
      [merge('a', { http: [] }, { generation: 2 })],
      ['own'],
    ],
    [
      'that was replaced by one of the same name leaves first',
      [merge('a', A.spec.patch, { uid: 'new' })],
      ['own'],
    ],
  ])('%s', (_, sent, wanted) => {
    expect(hosts(synced(live, sent, [GROUP], 10))).toEqual(wanted);
  });

  test.each<[string, object, object, string[]]>([
    [
      'its target is marked to be ignored',
      { labels: { 'riskified.com/ignore': 'true' } },
      {},
      ['own'],
    ],
    ['its target becomes a delegate', {}, { hosts: [] }, ['own']],
    ['nothing of that', {}, {}, ['a', 'own']],
  ])('leaves in the user’s write with which %s', (_, metadata, spec, wanted) => {
    const object = {
      ...live,
      metadata: { ...live.metadata, ...metadata },
      spec: { ...live.spec, ...spec },
    };
    expect(hosts(written(object, live, 'jane'))).toEqual(wanted);
  });
});

describe('a user’s write', () => {
  const planned = withMerges([A, merge('db', { tcp: [streamTo('db')] })], [GROUP]);
  const text = planned.metadata.annotations?.[PLAN] ?? '';

  test('has no routes that are planned and were not there before', () => {
    // The webhook was away: the plan was stored, the routes were not.
    const old = deepFreeze({ ...planned, spec: OWN.spec });
    const next = written({ ...old, spec: { ...OWN.spec, hosts: ['more'] } }, old, 'jane');
    expect(next).toEqual({ ...old, spec: { ...OWN.spec, hosts: ['more'] } });
  });

  test('restores routes that were there', () => {
    const next = written({ ...planned, spec: OWN.spec }, planned, 'jane');
    expect(next).toEqual(planned);
  });

  test('brings no tcp routes back with a manifest of an earlier version', () => {
    const newer = merge('db', { tcp: [streamTo('db-2')] }, { generation: 2 });
    const sent = [A, newer];
    const live = [10, 11, 12].reduce((one, at) => synced(one, sent, [GROUP], at), planned);
    expect(live.spec).not.toEqual(planned.spec);
    expect(written(planned, live, 'jane')).toEqual(live);
  });

  test('cannot plan merges', () => {
    const forged = { ...OWN, metadata: { ...OWN.metadata, annotations: { [PLAN]: text } } };
    expect(written(forged, OWN, 'jane')).toEqual(OWN);
    const { patch } = admit(
      { operation: 'CREATE', username: 'jane', object: forged, oldObject: null },
      CONFIG,
    );
    expect(applyJsonPatch(forged, patch)).toEqual(OWN);
  });

  test('may create the object from a manifest that was exported: our routes are left out', () => {
    const { patch } = admit(
      { operation: 'CREATE', username: 'jane', object: planned, oldObject: null },
      CONFIG,
    );
    expect(applyJsonPatch(planned, patch)).toEqual(OWN);
  });
});
