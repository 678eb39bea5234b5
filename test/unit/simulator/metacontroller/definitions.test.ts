import { describe, expect, test } from '@jest/globals';
import type { CompositeDefinition, DecoratorDefinition } from '../../../../src/hooks/controller.ts';
import type { WebhookDefinition } from '../../../../src/hooks/webhook.ts';
import { definedKind } from '../../../../src/simulator/discovery.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import { CUSTOMIZE, configMap, custom, type Hooks, widget } from '../custom.ts';
import { admitWith, type HookBody, jsonPatch } from '../scripted.ts';

const EXAMPLE = 'example.com/v1';
const CONFIG_MAPS = { apiVersion: 'v1', resource: 'configmaps' };
const WIDGETS: CompositeDefinition = {
  kind: 'CompositeController',
  name: 'widgets',
  parentResource: { apiVersion: EXAMPLE, resource: 'widgets' },
  childResources: [CONFIG_MAPS],
  hooks: { customize: CUSTOMIZE, sync: '/widgets/sync' },
};
const DECORATOR: DecoratorDefinition = {
  kind: 'DecoratorController',
  name: 'notes',
  resources: [
    { apiVersion: EXAMPLE, resource: 'widgets', labelSelector: { matchLabels: { note: 'yes' } } },
    { apiVersion: EXAMPLE, resource: 'boxes' },
  ],
  attachments: [CONFIG_MAPS],
  hooks: { customize: CUSTOMIZE, sync: '/notes/sync', finalize: '/notes/finalize' },
};

function box(name = 'box', spec: Record<string, unknown> = {}): LocalObject {
  return { apiVersion: EXAMPLE, kind: 'Box', metadata: { name }, spec };
}

const one = (): Hooks => ({ '/widgets/sync': () => ({ children: [configMap('c')] }) });

test('a resource that the cluster does not serve is an error at the start', () => {
  const parentResource = { apiVersion: EXAMPLE, resource: 'nothings' };
  expect(() => custom([{ ...WIDGETS, parentResource }], {})).toThrow(
    "discovery: can't find resource nothings in apiVersion example.com/v1",
  );
});

test('the kind of a CustomResourceDefinition: older served versions are converted, and one must be the storage version', async () => {
  const { cluster } = custom([], {});
  await cluster.as().apply({ ...widget(), apiVersion: 'example.com/v1beta1' });
  expect(cluster.get('widgets', 'shop', 'one')?.apiVersion).toBe(EXAMPLE);
  const unserved = { ...widget(), apiVersion: 'example.com/v1alpha1' };
  await expect(cluster.as().apply(unserved)).rejects.toThrow('no matches for kind "Widget"');
  const names = { kind: 'Thing', plural: 'things' };
  const spec = { group: 'example.com', scope: 'Cluster' as const, names, versions: [] };
  expect(() => definedKind({ metadata: { name: 'things.example.com' }, spec })).toThrow(
    'CustomResourceDefinition things.example.com: spec.versions: none is stored',
  );
});

test('webhooks: each webhook whose rules match gets the object as the previous one left it', async () => {
  const hook = (path: string, label: string): WebhookDefinition => ({
    path,
    resources: [{ apiVersion: EXAMPLE, resource: 'widgets' }],
    isConcerned: ({ metadata }) => metadata.labels?.[label] !== undefined,
  });
  const add = (label: string) => (body: HookBody) =>
    admitWith(body, {
      ...jsonPatch({ op: 'add', path: `/metadata/labels/${label}`, value: 'x' }),
      warnings: [`added ${label}`],
    });
  const { cluster, bodies } = custom(
    [],
    { '/admit/b': add('b'), '/admit/c': add('c') },
    { webhooks: [hook('/admit/b', 'a'), hook('/admit/c', 'b')] },
  );
  await cluster.as().create({ ...configMap('a'), metadata: { name: 'a', labels: { a: 'x' } } });
  await cluster.as().create(widget({}, 'plain'));
  expect([...bodies('/admit/b'), ...bodies('/admit/c')]).toEqual([]);
  const marked = (name: string) => {
    const one = widget({}, name);
    return { ...one, metadata: { ...one.metadata, labels: { a: 'x' } } };
  };
  const { metadata } = await cluster.as().create(marked('one'));
  expect(metadata.labels).toEqual({ a: 'x', b: 'x', c: 'x' });
  expect(cluster.warnings.map(({ message }) => message)).toEqual(['added b', 'added c']);
  cluster.faults.loseWebhook();
  const missed = await cluster.as().create(marked('two'));
  expect(missed.metadata.labels).toEqual({ a: 'x' });
});

describe('a composite', () => {
  test('without a finalize hook: no finalizer, an old one is removed, and a deletion calls the sync hook', async () => {
    const { cluster, bodies } = custom([WIDGETS], one());
    const left = widget();
    left.metadata.finalizers = [
      'metacontroller.io/compositecontroller-widgets',
      'example.com/mine',
    ];
    await cluster.as().create(left);
    await cluster.settle();
    const { finalizers } = cluster.get('Widget', 'shop', 'one')?.metadata ?? {};
    expect(finalizers).toEqual(['example.com/mine']);
    await cluster.as().delete('Widget', 'shop', 'one');
    await cluster.as().delete('ConfigMap', 'shop', 'c');
    await cluster.settle();
    expect(bodies('/widgets/sync').at(-1)).toMatchObject({
      finalizing: false,
      parent: { metadata: { deletionTimestamp: expect.any(String) } },
    });
    expect(cluster.list('ConfigMap')).toEqual([]);
  });

  test('with a label selector: other objects are ignored; an object that is no longer selected is finalized', async () => {
    const selected: CompositeDefinition = {
      ...WIDGETS,
      parentResource: { ...WIDGETS.parentResource, labelSelector: { matchLabels: { on: 'yes' } } },
      hooks: { customize: CUSTOMIZE, sync: '/widgets/sync', finalize: '/widgets/finalize' },
    };
    const finalize = () => ({ children: [], finalized: true });
    const { cluster, bodies } = custom([selected], { ...one(), '/widgets/finalize': finalize });
    await cluster.as().create(widget({}, 'other'));
    await cluster.as().create(widget());
    await cluster.settle();
    expect(bodies('/widgets/sync')).toEqual([]);
    const mark = (on: string | null) =>
      cluster.as().patch('Widget', 'shop', 'one', { metadata: { labels: { on } } });
    await mark('yes');
    await cluster.settle();
    expect(cluster.list('ConfigMap')).toHaveLength(1);
    await mark(null);
    await cluster.settle();
    expect(bodies('/widgets/finalize')).toMatchObject([{ finalizing: true }]);
    expect(cluster.get('Widget', 'shop', 'one')?.metadata.finalizers).toBeUndefined();
    const names = bodies('/widgets/sync').map(({ parent }) => parent.metadata.name);
    expect([...new Set(names)]).toEqual(['one']);
  });

  test("finds children by the parent's selector if none is generated", async () => {
    const labels = { app: 'a' };
    const child = { ...configMap('c'), metadata: { name: 'c', labels } };
    const { cluster } = custom([{ ...WIDGETS, generateSelector: false }], {
      '/widgets/sync': () => ({ children: [child] }),
    });
    await cluster.as().create(widget({}, 'none'));
    await cluster.as().create(widget({ selector: { matchLabels: { app: 'b' } } }, 'wrong'));
    await cluster.advance(1);
    const told = (name: string) =>
      cluster.events.find(({ object }) => object === `Widget shop/${name}`)?.message;
    expect(told('none')).toContain('.spec.selector must have either matchLabels');
    expect(told('wrong')).toContain("labels on desired child ConfigMap shop/c don't match");
    await cluster.as().create(widget({ selector: { matchLabels: labels } }, 'right'));
    await cluster.advance(1);
    expect(cluster.get('ConfigMap', 'shop', 'c')?.metadata).toMatchObject({
      labels,
      ownerReferences: [{ name: 'right' }],
    });
    expect(cluster.get('ConfigMap', 'shop', 'c')?.metadata.labels).toEqual(labels);
    const metadata = { name: 'orphan', namespace: 'shop', labels };
    await cluster.as().create({ ...configMap('orphan'), metadata });
    await cluster.advance(1);
    expect(cluster.get('ConfigMap', 'shop', 'orphan')).toBeUndefined();
  });

  test.each([
    [true, 1],
    [false, 2],
  ])('ignoreStatusChanges %s', async (ignoreStatusChanges, calls) => {
    const { parentResource } = WIDGETS;
    const definition = { ...WIDGETS, parentResource: { ...parentResource, ignoreStatusChanges } };
    const sync = () => ({ status: { a: 1 }, children: [] });
    const { cluster, bodies } = custom([definition], { '/widgets/sync': sync });
    await cluster.as().create(widget());
    await cluster.advance(5);
    expect(bodies('/widgets/sync')).toHaveLength(calls);
  });

  test('whose children are the parents of another controller', async () => {
    const boxes: CompositeDefinition = {
      ...WIDGETS,
      name: 'boxes',
      parentResource: { apiVersion: EXAMPLE, resource: 'boxes' },
      childResources: [{ apiVersion: EXAMPLE, resource: 'widgets' }],
      hooks: { customize: CUSTOMIZE, sync: '/boxes/sync', finalize: '/boxes/finalize' },
    };
    const { cluster, bodies } = custom([WIDGETS, boxes], {
      '/widgets/sync': ({ parent }) => ({
        status: { text: parent.spec?.['text'] },
        children: [configMap(parent.metadata.name, { text: String(parent.spec?.['text']) })],
      }),
      '/boxes/sync': ({ parent }) => ({ children: [widget(parent.spec)] }),
      '/boxes/finalize': ({ children }) => ({
        children: [],
        finalized: Object.keys(children['Widget.example.com/v1'] ?? {}).length === 0,
      }),
    });
    await cluster.as().create(box('box', { text: 'a' }));
    await cluster.settle();
    await cluster.as().patch('Box', undefined, 'box', { spec: { text: 'b' } });
    await cluster.settle();
    expect(cluster.get('ConfigMap', 'shop', 'one')).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'Widget', name: 'one' }] },
      data: { text: 'b' },
    });
    // A change of the inner status is an event for the outer controller.
    const [seen] = Object.values(
      bodies('/boxes/sync').at(-1)?.children['Widget.example.com/v1'] ?? {},
    );
    expect(seen?.status).toEqual({ text: 'b', observedGeneration: 2 });
    const uids = bodies('/boxes/sync').map(({ controller }) => controller.metadata.uid);
    expect([...new Set(uids)]).toEqual(['00000000-0000-4000-a000-000000000002']);
    await cluster.as().delete('Box', undefined, 'box');
    await cluster.settle();
    expect(cluster.all()).toEqual([]);
    expect(cluster.events).toEqual([]);
  });
});

describe('a decorator of several resources, with a finalize hook', () => {
  const notes = (answer: object = { finalized: true }): Hooks => ({
    '/notes/sync': ({ object }) => ({
      labels: { noted: object.kind },
      attachments: [
        object.kind === 'Box'
          ? { ...configMap('box-note'), metadata: { name: 'box-note', namespace: 'shop' } }
          : configMap('note'),
      ],
    }),
    '/notes/finalize': () => ({ attachments: [], ...answer }),
  });
  const noteNames = (cluster: ReturnType<typeof custom>['cluster']) =>
    cluster.list('ConfigMap').map(({ metadata }) => metadata.name);

  test('handles the selected ones, each with its finalizer and attachments', async () => {
    const { cluster, bodies } = custom([DECORATOR], notes());
    await cluster.as().create(widget({}, 'plain'));
    await cluster.as().create(box());
    const noted = widget();
    noted.metadata.labels = { note: 'yes' };
    await cluster.as().create(noted);
    await cluster.settle();
    expect(noteNames(cluster)).toEqual(['box-note', 'note']);
    expect(cluster.get('Widget', 'shop', 'one')?.metadata).toMatchObject({
      finalizers: ['metacontroller.io/decoratorcontroller-notes'],
      labels: { note: 'yes', noted: 'Widget' },
    });
    expect(cluster.get('Widget', 'shop', 'plain')?.metadata.finalizers).toBeUndefined();
    expect(bodies('/notes/sync').at(-1)).toMatchObject({ related: {}, finalizing: false });
  });

  test.each([
    ['is deleted', undefined],
    ['is selected no more', { metadata: { labels: { note: null } } }],
  ])(
    'one that %s is finalized: first the attachments are deleted, then the finalizer is removed',
    async (_name, patch) => {
      const { cluster, bodies } = custom([DECORATOR], notes());
      const noted = widget();
      noted.metadata.labels = { note: 'yes' };
      await cluster.as().create(noted);
      await cluster.settle();
      if (patch) await cluster.as().patch('Widget', 'shop', 'one', patch);
      else await cluster.as().delete('Widget', 'shop', 'one');
      await cluster.settle();
      expect(bodies('/notes/finalize')).toMatchObject([
        { finalizing: true, attachments: { 'ConfigMap.v1': { 'shop/note': {} } } },
      ]);
      expect(noteNames(cluster)).toEqual([]);
      const left = cluster.get('Widget', 'shop', 'one');
      if (!patch) return expect(left).toBeUndefined();
      expect(left?.metadata.labels).toEqual({ noted: 'Widget' });
      expect(left?.metadata.finalizers).toBeUndefined();
    },
  );

  test('stays until its hook has finished', async () => {
    const { cluster } = custom([DECORATOR], notes({ finalized: false }));
    await cluster.as().create(box());
    await cluster.settle();
    await cluster.as().delete('Box', undefined, 'box');
    await cluster.settle();
    expect(noteNames(cluster)).toEqual([]);
    expect(cluster.get('Box', undefined, 'box')).toBeDefined();
  });
});
