import { describe, expect, test } from '@jest/globals';
import { meshIndexController } from '../../../../src/kinds/mesh-index/controller.ts';
import { answer, rule, scripted } from '../scripted.ts';
import { VIRTUAL_SERVICE } from '../story.ts';

const SYNC = '/route-injection/sync';

function get(cluster: ReturnType<typeof scripted>['cluster']) {
  return cluster.get('VirtualService', 'shop', 'backend');
}

describe('the decorator', () => {
  test('sees every VirtualService, and changes only what the answer says', async () => {
    const { cluster, bodies } = scripted();
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.as().create(rule());
    await cluster.settle();
    expect(bodies(SYNC)[0]).toMatchObject({
      object: { metadata: { name: 'backend' } },
      attachments: {},
      related: {},
      finalizing: false,
    });
    expect(cluster.history).toHaveLength(2);
    expect(bodies(SYNC).length).toBeGreaterThanOrEqual(3);
  });

  test('sets labels and annotations; null deletes; others stay', async () => {
    const { cluster, answers } = scripted();
    const labels = { mine: 'x', old: 'y' };
    await cluster
      .as()
      .create({ ...VIRTUAL_SERVICE, metadata: { ...VIRTUAL_SERVICE.metadata, labels } });
    answers.decorate = () => ({
      labels: { old: null, gone: null, new: 'z' },
      annotations: { plan: '[]' },
      attachments: [],
    });
    await cluster.settle();
    expect(get(cluster)?.metadata).toMatchObject({
      labels: { mine: 'x', new: 'z' },
      annotations: { plan: '[]' },
      generation: 1,
    });
    expect(get(cluster)?.metadata.labels).not.toHaveProperty('old');
    expect(cluster.history).toHaveLength(2);
    answers.decorate = () => ({ labels: { new: null, mine: null }, annotations: { plan: null } });
    await cluster.settle();
    expect(get(cluster)?.metadata).not.toHaveProperty('labels');
    expect(get(cluster)?.metadata).not.toHaveProperty('annotations');
  });

  test('calls the hook again when the answer asks for it', async () => {
    const { cluster, bodies } = scripted({ decorate: () => ({ resyncAfterSeconds: 4 }) });
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.advance(9);
    expect(bodies(SYNC)).toHaveLength(3);
  });

  test('does not overwrite a concurrent write: the next sync makes the change', async () => {
    const { cluster, answers } = scripted({}, { informerDelay: () => 100 });
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.settle();
    answers.decorate = () => ({ labels: { ours: 'yes' } });
    const touch = (hosts: string[]) =>
      cluster.as().patch('VirtualService', 'shop', 'backend', { spec: { hosts } });
    await touch(['a']);
    await cluster.advance(0.09);
    await touch(['b']);
    await cluster.advance(0.05);
    expect(get(cluster)?.metadata.labels).toBeUndefined();
    await cluster.settle();
    expect(get(cluster)).toMatchObject({
      metadata: { labels: { ours: 'yes' } },
      spec: { hosts: ['b'] },
    });
    expect(cluster.events).toEqual([]);
  });

  test('a VirtualService that is deleted during the hook call causes no error', async () => {
    const { cluster } = scripted({ decorate: () => ({ labels: { a: 'b' } }) });
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.as().delete('VirtualService', 'shop', 'backend');
    await cluster.settle();
    const late = scripted(
      { decorate: () => ({ labels: { a: 'b' } }) },
      { informerDelay: () => 50 },
    );
    await late.cluster.as().create(VIRTUAL_SERVICE);
    await late.cluster.advance(0.04);
    await late.cluster.as().delete('VirtualService', 'shop', 'backend');
    await late.cluster.settle();
    expect([...cluster.events, ...late.cluster.events]).toEqual([]);
  });

  test.each([
    [
      'an error',
      () => answer(503, 'away'),
      'sync hook failed (version=v2): unsupported status code: 503',
    ],
    ['a child', () => ({ children: [] }), 'unknown field "children"'],
    ['a number for a label', () => ({ labels: { a: 1 } }), 'cannot unmarshal labels.a'],
  ])('%s becomes a Warning event', async (_name, decorate, message) => {
    const { cluster } = scripted({ decorate });
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.advance(1);
    expect(cluster.events[0]).toMatchObject({
      object: 'VirtualService shop/backend',
      reason: 'SyncError',
    });
    expect(cluster.events[0]?.message).toContain(message);
  });

  test('writes a status through the status subresource, beside labels; null leaves it unchanged', async () => {
    const { cluster, answers } = scripted();
    answers.decorate = () => ({ status: { seen: 1 }, labels: { a: 'b' } });
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.settle();
    const decoratedSo = { status: { seen: 1 }, metadata: { labels: { a: 'b' }, generation: 1 } };
    expect(get(cluster)).toMatchObject(decoratedSo);
    expect(cluster.history.map(({ verb }) => verb)).toEqual(['create', 'updateStatus', 'update']);
    answers.decorate = () => ({ status: null });
    await cluster.settle();
    expect(get(cluster)).toMatchObject(decoratedSo);
    expect(cluster.events).toEqual([]);
  });

  test('creates attachments of kinds that it does not declare, and never observes them', async () => {
    const { cluster, answers, bodies } = scripted({
      decorate: () => ({ attachments: [rule('rule', { host: 'a' })] }),
    });
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.settle();
    expect(bodies(SYNC).at(-1)?.attachments).toEqual({});
    answers.decorate = () => ({ attachments: [] });
    await cluster.settle();
    expect(cluster.get('DestinationRule', 'shop', 'rule')?.spec).toEqual({ host: 'a' });
  });

  test('a VirtualService that refuses writes: a Warning event and retries until a write succeeds', async () => {
    const { cluster } = scripted({ decorate: () => ({ labels: { a: 'b' } }) });
    const lift = cluster.faults.failWrite(
      ({ kind, user }) => kind === 'VirtualService' && user === 'metacontroller',
      { message: 'frozen' },
    );
    await cluster.as().create(VIRTUAL_SERVICE);
    await cluster.advance(5);
    expect(cluster.events.length).toBeGreaterThan(3);
    expect(cluster.events[0]?.message).toBe(
      'Sync error: can\'t update VirtualService shop/backend: virtualservices.networking.istio.io "backend" is forbidden: frozen',
    );
    lift();
    await cluster.settle();
    expect(get(cluster)?.metadata.labels).toEqual({ a: 'b' });
  });
});

describe.each(['dynamic-apply', 'server-side-apply'] as const)(
  'a decorator with attachments, with %s',
  (strategy) => {
    const INDEX_SYNC = '/mesh-index/sync';
    const content = { text: 'one' };
    const attached = (name = 'mesh-index', namespace = 'shop') => ({
      apiVersion: 'riskified.com/v1alpha1',
      kind: 'MeshIndex',
      metadata: { name, namespace },
      spec: { ...content },
    });
    const related = () => ({
      relatedResources: [{ apiVersion: 'v1', resource: 'services', namespace: 'shop' }],
    });
    const cluster4Index = (index: () => unknown = () => ({ attachments: [attached()] })) => {
      content.text = 'one';
      const namespaces = ['shop'];
      const controllers = [meshIndexController(namespaces)];
      const answers = { index, indexRelated: related };
      return scripted(answers, { strategy, controllers, namespaces });
    };
    const indexOf = ({ cluster }: ReturnType<typeof scripted>) =>
      cluster.get('MeshIndex', 'shop', 'mesh-index');

    test('creates them with their owner and its own mark, and observes them', async () => {
      const all = cluster4Index();
      await all.cluster.settle();
      const uid = all.cluster.get('Namespace', undefined, 'shop')?.metadata.uid;
      expect(indexOf(all)).toMatchObject({
        metadata: {
          annotations: { 'metacontroller.k8s.io/decorator-controller': 'mesh-index' },
          ownerReferences: [
            {
              apiVersion: 'v1',
              kind: 'Namespace',
              name: 'shop',
              uid,
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        spec: { text: 'one' },
      });
      const [first, ...more] = all.bodies(INDEX_SYNC);
      expect(first).toMatchObject({
        object: {
          kind: 'Namespace',
          metadata: { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop' } },
        },
        attachments: { 'MeshIndex.riskified.com/v1alpha1': {} },
        related: { 'Service.v1': {} },
        finalizing: false,
      });
      expect(more.at(-1)?.attachments['MeshIndex.riskified.com/v1alpha1']).toHaveProperty([
        'shop/mesh-index',
      ]);
      expect(all.cluster.history.filter(({ key }) => key.startsWith('MeshIndex'))).toHaveLength(1);
    });

    test('updates them after a change of related objects', async () => {
      const all = cluster4Index();
      await all.cluster.settle();
      const { uid } = indexOf(all)?.metadata ?? {};
      content.text = 'two';
      await all.cluster.as().create({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'a', namespace: 'shop' },
      });
      await all.cluster.advance(1);
      expect(indexOf(all)).toMatchObject({ metadata: { uid }, spec: { text: 'two' } });
    });

    test('reverts edits, and creates deleted ones again', async () => {
      const all = cluster4Index();
      await all.cluster.settle();
      const user = all.cluster.as();
      await user.patch('MeshIndex', 'shop', 'mesh-index', { spec: { text: 'edited' } });
      await all.cluster.advance(1);
      expect(indexOf(all)).toMatchObject({ spec: { text: 'one' } });
      await user.delete('MeshIndex', 'shop', 'mesh-index');
      expect(indexOf(all)).toBeUndefined();
      await all.cluster.advance(1);
      expect(indexOf(all)).toMatchObject({ spec: { text: 'one' } });
    });

    test('deletes those that are no longer answered, but keeps all after an error', async () => {
      const all = cluster4Index();
      await all.cluster.settle();
      all.answers.index = () => answer(422, 'too large');
      await all.cluster.advance(61);
      expect(indexOf(all)).toBeDefined();
      expect(all.cluster.events[0]).toMatchObject({ object: 'Namespace shop', type: 'Warning' });
      all.answers.index = () => ({ attachments: [] });
      await all.cluster.advance(61);
      expect(indexOf(all)).toBeUndefined();
    });

    test('observes only what it created: an object without its mark belongs to somebody else', async () => {
      const all = cluster4Index();
      await all.cluster.settle();
      const annotations = { 'metacontroller.k8s.io/decorator-controller': null };
      await all.cluster
        .as()
        .patch('MeshIndex', 'shop', 'mesh-index', { metadata: { annotations } });
      await all.cluster.advance(1);
      // With dynamic-apply, the create fails without an event; server-side apply takes the object over.
      const isMarked =
        indexOf(all)?.metadata.annotations?.['metacontroller.k8s.io/decorator-controller'];
      expect(isMarked).toBe(strategy === 'server-side-apply' ? 'mesh-index' : undefined);
    });

    test('handles no other parents', async () => {
      const all = cluster4Index();
      await all.cluster
        .as()
        .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bank' } });
      await all.cluster.settle();
      const names = all.bodies(INDEX_SYNC).map(({ object }) => object.metadata.name);
      expect([...new Set(names)]).toEqual(['shop']);
    });

    test('an attachment without a namespace is an error', async () => {
      const all = cluster4Index(() => {
        const { namespace: _, ...metadata } = attached().metadata;
        return { attachments: [{ ...attached(), metadata }] };
      });
      await all.cluster.advance(1);
      expect(all.cluster.events[0]?.message).toContain("can't reconcile children for Namespace");
    });
  },
);
