import { describe, expect, test } from '@jest/globals';
import type { AdmissionReview } from '../../../../src/hooks/types.ts';
import { createCluster } from '../../../../src/simulator/cluster.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import {
  admitWith,
  answer,
  type HookBody,
  INSTALLED,
  jsonPatch,
  rule,
  scripted,
} from '../scripted.ts';

const URL = '/admission/virtualservices';

function virtualService(routes: string[] = ['stable'], more: object = {}): LocalObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'shop', namespace: 'shop', ...more },
    spec: { hosts: ['shop'], http: routes.map((name) => ({ name })) },
  };
}

const PLANNED = { annotations: { 'riskified.com/route-injections': '[]' } };
const LABELLED = { labels: { 'env.riskified.com/alice': 'pending' } };
const OURS = 'dynamic-environment-alice-shop-0123456789';

function reviews(requests: { url: string; body: unknown }[]): AdmissionReview['request'][] {
  return requests
    .filter(({ url }) => url === URL)
    .map(({ body }) => (body as AdmissionReview).request);
}

describe('which writes are sent to the webhook', () => {
  test.each([
    ['a plan', virtualService(['stable'], PLANNED), 1],
    ['an index label', virtualService(['stable'], LABELLED), 1],
    ['a route of ours', virtualService(['stable', OURS]), 1],
    ['another route name', virtualService(['dynamic-environment-x']), 0],
    [
      'other marks',
      virtualService(['stable'], { labels: { app: 'x' }, annotations: { a: 'b' } }),
      0,
    ],
    ['no spec at all', { ...virtualService(), spec: {} }, 0],
    ['another kind with our marks', { ...rule(), metadata: { ...rule().metadata, ...PLANNED } }, 0],
  ])('%s: %#', async (_name, object, calls) => {
    const { cluster, requests } = scripted();
    await cluster.as().create(object);
    expect(reviews(requests)).toHaveLength(calls);
  });

  test('marks in the old object count, too; deletions and status writes are not sent', async () => {
    const { cluster, requests } = scripted();
    await cluster.as().create(virtualService(['stable'], PLANNED));
    await cluster.as('eve').replace(virtualService());
    const [created, replaced] = reviews(requests);
    expect(created).toMatchObject({
      operation: 'CREATE',
      oldObject: null,
      userInfo: { username: 'developer' },
    });
    expect(replaced).toMatchObject({
      operation: 'UPDATE',
      oldObject: { metadata: PLANNED },
      userInfo: { username: 'eve' },
    });
    expect(replaced?.object?.metadata).not.toHaveProperty('annotations');
    expect(replaced?.object?.metadata).not.toHaveProperty('uid');
    await cluster.as().delete('VirtualService', 'shop', 'shop');
    expect(reviews(requests)).toHaveLength(2);
  });

  test('requestKind is the version that the client used', async () => {
    const { cluster, requests } = scripted();
    const old = {
      ...virtualService(['stable'], PLANNED),
      apiVersion: 'networking.istio.io/v1beta1',
    };
    await cluster.as().create(old);
    expect(reviews(requests)[0]).toMatchObject({
      kind: { version: 'v1' },
      requestKind: { version: 'v1beta1' },
      object: { apiVersion: 'networking.istio.io/v1' },
      options: { kind: 'CreateOptions', fieldManager: 'kubectl-create' },
    });
  });
});

describe("effects of the webhook's answers", () => {
  const ADD = { op: 'add', path: '/spec/http/0', value: { name: OURS } };

  test('a patch is part of the same write: one resourceVersion, one generation, no field owner of its own', async () => {
    const { cluster, answers } = scripted({}, { metacontrollerUser: 'mc' });
    await cluster.as().create(virtualService());
    answers.admit = (body) => admitWith(body, { ...jsonPatch(ADD), warnings: ['amended'] });
    const patched = await cluster
      .as()
      .patch('VirtualService', 'shop', 'shop', { metadata: PLANNED });
    expect(patched.spec?.['http']).toEqual([{ name: OURS }, { name: 'stable' }]);
    expect(patched.metadata).toMatchObject({ generation: 2, resourceVersion: '2' });
    expect(JSON.stringify(patched.metadata.managedFields?.[1])).not.toContain('f:http');
    expect(cluster.warnings).toEqual([
      { time: '2026-01-01T00:00:00.000Z', user: 'developer', message: 'amended' },
    ]);
  });

  test('a patch that restores the stored object is not a write', async () => {
    const { cluster, answers } = scripted();
    await cluster.as().create(virtualService(['stable'], PLANNED));
    answers.admit = (body) =>
      admitWith(
        body,
        jsonPatch({ op: 'replace', path: '/spec/http', value: [{ name: 'stable' }] }),
      );
    await cluster.as().patch('VirtualService', 'shop', 'shop', { spec: { http: [] } });
    expect(cluster.get('VirtualService', 'shop', 'shop')?.metadata.generation).toBe(1);
    expect(cluster.get('VirtualService', 'shop', 'shop')?.spec?.['http']).toEqual([
      { name: 'stable' },
    ]);
  });

  test.each([
    ['a server error', () => answer(500, 'oops')],
    ['no JSON', () => answer(200, 'oops')],
    ['no response', () => ({ kind: 'AdmissionReview' })],
    ['another uid', () => ({ response: { uid: 'other', allowed: true } })],
    ['no verdict', (body: HookBody) => admitWith(body, { allowed: 'yes' })],
  ])('%s is ignored (failurePolicy: Ignore)', async (_name, admit) => {
    const { cluster } = scripted({ admit });
    await cluster.as().create(virtualService(['stable'], PLANNED));
    expect(cluster.get('VirtualService', 'shop', 'shop')?.spec?.['http']).toEqual([
      { name: 'stable' },
    ]);
  });

  test.each([
    ['does not fit the object', jsonPatch({ op: 'remove', path: '/spec/none' })],
    ['has no type', { patch: jsonPatch().patch }],
    ['is no JSON', { patchType: 'JSONPatch', patch: 'AAAA' }],
  ])('a patch that %s fails the write', async (_name, more) => {
    const { cluster } = scripted({ admit: (body) => admitWith(body, more) });
    const write = cluster.as().create(virtualService(['stable'], PLANNED));
    await expect(write).rejects.toMatchObject({ code: 500, reason: 'InternalError' });
  });

  test.each([
    ['the last label', '/metadata/labels/env.riskified.com~1alice', 1],
    ['the labels as a whole', '/metadata/labels', 0],
  ])(
    'a patch that removes %s again is a write only if an empty map is left',
    async (_, path, writes) => {
      const { cluster, answers } = scripted();
      await cluster.as().create(virtualService());
      answers.admit = (body) => admitWith(body, jsonPatch({ op: 'remove', path }));
      const put = () => cluster.as().replace({ ...virtualService(['stable'], LABELLED) });
      // A client that writes labels which admission then removes becomes their owner once.
      await put();
      const first = Number((await put()).metadata.resourceVersion);
      const second = Number((await put()).metadata.resourceVersion);
      expect(second - first).toBe(writes);
    },
  );

  test('a refused admission refuses the write', async () => {
    const { cluster, answers } = scripted({ admit: (body) => admitWith(body, { allowed: false }) });
    const create = () => cluster.as().create(virtualService(['stable'], PLANNED));
    await expect(create()).rejects.toThrow('denied the request: without explanation');
    answers.admit = (body) => admitWith(body, { allowed: false, status: { message: 'no' } });
    await expect(create()).rejects.toThrow('denied the request: no');
  });

  test('if another write happens during admission, a patch starts again and a replace conflicts', async () => {
    let interrupt: (() => Promise<unknown>) | undefined;
    const inject = async ({ body }: { body: unknown }) => {
      const now = interrupt;
      interrupt = undefined;
      await now?.();
      return { statusCode: 200, body: JSON.stringify(admitWith(body as HookBody)) };
    };
    const on = createCluster({ inject, ...INSTALLED, strategy: 'dynamic-apply' });
    await on.as().create(virtualService(['stable'], PLANNED));
    const other = () =>
      on.as('other').patch('VirtualService', 'shop', 'shop', { spec: { hosts: ['b'] } });
    interrupt = other;
    const patched = await on
      .as()
      .patch('VirtualService', 'shop', 'shop', { spec: { gateways: ['g'] } });
    expect(patched.spec).toMatchObject({ hosts: ['b'], gateways: ['g'] });
    interrupt = () =>
      on.as('other').patch('VirtualService', 'shop', 'shop', { spec: { hosts: ['c'] } });
    await expect(on.as().replace(virtualService())).rejects.toMatchObject({ reason: 'Conflict' });
  });
});
