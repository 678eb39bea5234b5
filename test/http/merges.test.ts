import { describe, expect, test } from '@jest/globals';
import { targetLabelValue } from '../../src/api/merged-route-name.ts';
import type { VirtualServiceMergeStatus } from '../../src/api/virtualservicemerge.ts';
import type { AdmissionRequest } from '../../src/hooks/types.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { applyJsonPatch, type Operation } from '../../src/simulator/api-server/json-patch.ts';
import type { LocalObject } from '../../src/simulator/object.ts';
import { merge } from '../support/merges.ts';
import { type TestApp, testApp } from './lib/app.ts';
import {
  admissionBody,
  customizeBody,
  decoratorBody,
  mergeBody,
  virtualService,
} from './lib/bodies.ts';

const LABEL = 'riskified.com/target';
const VALUE = targetLabelValue('shop/backend');

/** Specs that the API server would refuse. */
const STRANGE: unknown[] = [
  undefined,
  null,
  3,
  'text',
  [],
  {},
  { target: null, patch: null },
  { target: 'x' },
  { target: { name: 3 } },
  { target: { name: 'backend', namespace: {} } },
  { target: { name: 'backend' }, patch: 'x' },
  { target: { name: 'backend' }, patch: { http: 'x', tcp: {}, tls: [null] } },
  { target: { name: '__proto__', namespace: '__proto__' }, patch: {} },
];
const named = STRANGE.map((spec) => [JSON.stringify(spec) ?? 'undefined', spec] as const);

describe('customize', () => {
  test.each([
    ['of its own namespace', { name: 'backend' }, 'qa'],
    ['of another namespace', { name: 'backend', namespace: 'shop' }, 'shop'],
  ])(
    'asks for the one VirtualService that a merge names, %s',
    async (_where, target, namespace) => {
      const { post } = await testApp();
      const body = customizeBody(merge('qa/m', { target }));
      const { json } = await post('/virtual-service-merge/customize', body);
      const resource = 'virtualservices';
      expect(json['relatedResources']).toEqual([
        { apiVersion: 'networking.istio.io/v1', resource, namespace, names: ['backend'] },
      ]);
    },
  );

  test('asks for nothing if a merge has no namespace', async () => {
    const { post } = await testApp();
    const { namespace: _namespace, ...metadata } = merge('qa/m').metadata;
    const body = customizeBody({ ...merge('qa/m'), metadata });
    const { json } = await post('/virtual-service-merge/customize', body);
    expect(json['relatedResources']).toEqual([]);
  });

  test.each(named)('of spec %s never asks for all VirtualServices', async (_, spec) => {
    const { post } = await testApp();
    const body = customizeBody({ ...merge('shop/m'), spec });
    const { statusCode, json } = await post('/virtual-service-merge/customize', body);
    expect(statusCode).toBe(200);
    for (const rule of json['relatedResources'] as { names?: string[]; namespace?: string }[])
      expect([rule.names?.length, rule.namespace !== '']).toEqual([1, true]);
  });
});

describe('sync', () => {
  test('answers the label and the status, and no attachments', async () => {
    const { post } = await testApp();
    const { statusCode, json } = await post('/virtual-service-merge/sync', mergeBody());
    expect([statusCode, Object.keys(json).sort()]).toEqual([
      200,
      ['attachments', 'labels', 'status'],
    ]);
    expect([json['labels'], json['attachments']]).toEqual([{ [LABEL]: VALUE }, []]);
    const { observedGeneration, conditions } = json['status'] as VirtualServiceMergeStatus;
    expect(observedGeneration).toBe(2);
    expect(conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['Accepted', 'True', 'Accepted'],
      ['TargetFound', 'True', 'Found'],
      ['Merged', 'False', 'Pending'],
      ['Conflicted', 'False', 'NoConflict'],
    ]);
  });

  test('logs what changes, and nothing if nothing does', async () => {
    const { post, lines } = await testApp();
    const { json } = await post('/virtual-service-merge/sync', mergeBody());
    const changes = () => lines.filter(({ msg }) => msg === 'status changed');
    expect(changes()).toMatchObject([
      { merge: 'shop/m', changes: { TargetFound: 'True Found', Merged: 'False Pending' } },
    ]);
    const object = { ...merge('shop/m'), status: json['status'] };
    const again = await post('/virtual-service-merge/sync', mergeBody({ object }));
    expect([again.json['status'], changes()]).toEqual([json['status'], expect.any(Array)]);
    expect(changes()).toHaveLength(1);
  });

  test('keeps the status if VirtualServices were not sent, and says so', async () => {
    const { post, lines, metric } = await testApp();
    const { statusCode, json } = await post(
      '/virtual-service-merge/sync',
      mergeBody({ related: {} }),
    );
    expect([statusCode, json]).toEqual([200, { labels: { [LABEL]: VALUE }, attachments: [] }]);
    expect(lines.find(({ level }) => level === 40)).toMatchObject({
      merge: 'shop/m',
      msg: expect.stringContaining('were not sent'),
    });
    expect(await metric('dynamicenv_refusals_total{reason="NotSent"}')).toBe(1);
  });

  test.each(named)('answers for spec %s', async (_, spec) => {
    const { post } = await testApp();
    const object = { ...merge('shop/m'), spec };
    const { statusCode, json } = await post('/virtual-service-merge/sync', mergeBody({ object }));
    expect(statusCode).toBe(200);
    const target = (spec as { target?: { name?: unknown; namespace?: unknown } } | null)?.target;
    if (typeof target?.name !== 'string' || typeof target.namespace === 'object')
      expect(json['labels']).toEqual({ [LABEL]: null });
    const { conditions } = json['status'] as VirtualServiceMergeStatus;
    expect(conditions?.map(({ type }) => type)).toEqual([
      'Accepted',
      'TargetFound',
      'Merged',
      'Conflicted',
    ]);
    for (const { message } of conditions ?? []) expect(message).not.toBe('');
  });

  test.each([
    undefined,
    null,
    'x',
    [],
    {},
    { http: 'x' },
    { hosts: ['a'], http: [null, {}, { name: 3 }] },
    { hosts: 'a' },
  ])('answers for a target with spec %j', async (spec) => {
    const { post } = await testApp();
    const annotations = { 'riskified.com/route-injections': '{"merges":{},"mergeNotes":[null]}' };
    const target = virtualService({
      metadata: { name: 'backend', namespace: 'shop', annotations },
      spec: spec as never,
    });
    const related = { 'VirtualService.networking.istio.io/v1': { 'shop/backend': target } };
    const { statusCode, json } = await post('/virtual-service-merge/sync', mergeBody({ related }));
    expect(statusCode).toBe(200);
    const { conditions } = json['status'] as VirtualServiceMergeStatus;
    expect(conditions?.find(({ type }) => type === 'Merged')?.status).toBe('False');
  });
});

describe('admission sets the label', () => {
  async function admitted({ post }: TestApp, request: Partial<AdmissionRequest>) {
    const { statusCode, json } = await post(
      '/admission/virtualservicemerges',
      admissionBody(request),
    );
    const { allowed, patch } = json['response'] as { allowed: boolean; patch?: string };
    expect([statusCode, allowed]).toEqual([200, true]);
    const operations: Operation[] =
      patch === undefined ? [] : JSON.parse(Buffer.from(patch, 'base64').toString());
    return applyJsonPatch(request.object as LocalObject, operations).metadata.labels;
  }
  const labelled = (
    labels: Record<string, string> | undefined,
    target: object = { name: 'backend' },
  ) => merge('shop/m', { target }, labels === undefined ? {} : { labels }) as KubeObject;

  test.each<[string, Record<string, string> | undefined, object, object | undefined]>([
    ['to a merge without labels', undefined, { name: 'backend' }, { [LABEL]: VALUE }],
    ['beside others', { a: 'b' }, { name: 'backend' }, { a: 'b', [LABEL]: VALUE }],
    ['instead of a wrong one', { [LABEL]: 'x' }, { name: 'backend' }, { [LABEL]: VALUE }],
    ['that is right already', { [LABEL]: VALUE }, { name: 'backend' }, { [LABEL]: VALUE }],
    ['to nothing, without a target', { a: 'b', [LABEL]: VALUE }, {}, { a: 'b' }],
    ['to nothing, without a target and other labels', { [LABEL]: VALUE }, {}, undefined],
  ])('%s', async (_what, labels, target, expected) => {
    const app = await testApp();
    const object = labelled(labels, target);
    for (const operation of ['CREATE', 'UPDATE'] as const)
      expect(await admitted(app, { operation, object, oldObject: null })).toEqual(expected);
    expect(await admitted(app, { object, dryRun: true })).toEqual(expected);
  });

  test('of a manifest without a namespace', async () => {
    const { namespace: _namespace, ...metadata } = merge('shop/m').metadata;
    const object = { ...merge('shop/m'), metadata };
    expect(await admitted(await testApp(), { object })).toEqual({ [LABEL]: VALUE });
  });

  test('never on a deletion, which has no object', async () => {
    const { post } = await testApp();
    const body = admissionBody({ operation: 'DELETE', object: null });
    const { json } = await post('/admission/virtualservicemerges', body);
    expect(json['response']).toEqual({ uid: 'r1', allowed: true });
  });

  test.each(named)('and allows spec %s', async (_, spec) => {
    const object = { ...merge('shop/m'), spec } as KubeObject;
    await admitted(await testApp(), { object });
  });
});

describe('a merge that nests very deeply harms no other object', () => {
  /** As text: JSON.stringify cannot write it. */
  const withDepth = (body: object, depth: number) =>
    JSON.stringify(body).replace('"DEEP"', '{"a":['.repeat(depth / 2) + ']}'.repeat(depth / 2));
  const deep = (list: string) =>
    merge('shop/deep', {
      patch: { http: [{ route: [{ destination: { host: 'a' } }] }], [list]: 'DEEP' },
    });
  const related = (one: object) => ({
    'RouteInjection.riskified.com/v1alpha1': {},
    'VirtualServiceMerge.istiomerger.monime.sl/v1alpha1': {
      'shop/deep': one,
      'shop/m': merge('shop/m'),
    },
    'VirtualServiceMerge.istiomerge.monime.sl/v1alpha1': {},
  });

  test.each(['tcp', 'other', '__proto__'])(
    'its target still gets other merges: %s',
    async (list) => {
      const { post } = await testApp(['--merge-groups=istiomerger.monime.sl']);
      const body = decoratorBody({ related: related(deep(list)) });
      const { statusCode, json } = await post('/route-injection/sync', withDepth(body, 9000));
      expect(statusCode).toBe(200);
      const { annotations } = json as { annotations: Record<string, string> };
      const plan = JSON.parse(annotations['riskified.com/route-injections'] ?? '');
      expect(JSON.stringify(plan.mergeTrial)).toContain('u-m@2');
      expect(JSON.stringify(plan.mergeTrial).includes('u-deep@2')).toBe(list !== 'tcp');
    },
  );

  test('its label is corrected, and its status says what is wrong', async () => {
    const { post } = await testApp();
    const object = {
      ...deep('tcp'),
      metadata: { ...deep('tcp').metadata, labels: { [LABEL]: 'x' } },
    };
    const review = withDepth(admissionBody({ object }), 9000);
    const admitted = await post('/admission/virtualservicemerges', review);
    const { patch } = admitted.json['response'] as { patch: string };
    expect(Buffer.from(patch, 'base64').toString()).toContain(VALUE);
    const synced = await post(
      '/virtual-service-merge/sync',
      withDepth(mergeBody({ object }), 9000),
    );
    expect([synced.statusCode, synced.json['labels']]).toEqual([200, { [LABEL]: VALUE }]);
    expect(JSON.stringify(synced.json['status'])).toContain('spec.patch.tcp: must be a list');
  });

  test('other objects of such a depth are refused, as before', async () => {
    const { post } = await testApp();
    const target = virtualService();
    const spec = { ...target.spec, http: [{ fault: 'DEEP' }] };
    const body = decoratorBody({ object: { ...target, spec }, related: related(merge('shop/a')) });
    const { statusCode, json } = await post('/route-injection/sync', withDepth(body, 9000));
    expect([statusCode, json['error']]).toEqual([400, expect.stringContaining('nests deeper')]);
    const deeper = await post(
      '/virtual-service-merge/sync',
      withDepth(mergeBody({ object: deep('tcp') }), 12_000),
    );
    expect(deeper.statusCode).toBe(400);
  });
});
