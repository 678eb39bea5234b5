import { describe, expect, test } from '@jest/globals';
import type { CompositeDefinition } from '../../../../src/hooks/controller.ts';
import type { Cluster, LocalClusterOptions } from '../../../../src/simulator/cluster.ts';
import { CUSTOMIZE, configMap, custom, type Hooks, widget } from '../custom.ts';
import { deployment, type HookBody, rule } from '../scripted.ts';

const WIDGETS: CompositeDefinition = {
  kind: 'CompositeController',
  name: 'widgets',
  parentResource: { apiVersion: 'example.com/v1', resource: 'widgets' },
  childResources: [
    { apiVersion: 'networking.istio.io/v1', resource: 'destinationrules' },
    { apiVersion: 'v1', resource: 'secrets' },
    { apiVersion: 'v1', resource: 'configmaps' },
    { apiVersion: 'apps/v1', resource: 'deployments' },
  ],
  hooks: { customize: CUSTOMIZE, sync: '/widgets/sync', finalize: '/widgets/finalize' },
};
const SYNC = '/widgets/sync';
const FINALIZE = '/widgets/finalize';
const FINALIZER = 'metacontroller.io/compositecontroller-widgets';
const UID = '11111111-1111-4111-8111-111111111111';
const OWNER = {
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  name: 'one',
  uid: UID,
  controller: true,
  blockOwnerDeletion: true,
};

function namesIn({ children }: HookBody): string[] {
  return Object.values(children).flatMap((group) => Object.keys(group));
}

/** Answers a ConfigMap with the widget's text. At removal it waits until the ConfigMap is gone. */
const hooks: Hooks = {
  [SYNC]: ({ parent, children }) => ({
    status: { seen: Object.keys(children['ConfigMap.v1'] ?? {}).length },
    children: [configMap('text', { text: String(parent.spec?.['text']) })],
  }),
  [FINALIZE]: (body) => ({ status: {}, children: [], finalized: namesIn(body).length === 0 }),
};

/** A widget and its ConfigMap as another operator left them: with an owner, but without Metacontroller's label. */
function takenOver(strategy: LocalClusterOptions['strategy']) {
  const all = custom([WIDGETS], hooks, { strategy, namespaces: ['shop'] });
  const { metadata, ...rest } = widget({ text: 'new' });
  all.cluster.restore({ ...rest, metadata: { ...metadata, uid: UID, generation: 1 } });
  const old = configMap('text', { text: 'old', other: 'x' });
  const owned = { name: 'text', namespace: 'shop', ownerReferences: [OWNER] };
  all.cluster.restore({ ...old, metadata: owned });
  return all;
}

function text(cluster: Cluster) {
  return cluster.get('ConfigMap', 'shop', 'text');
}

async function label(cluster: Cluster): Promise<void> {
  const patch = { metadata: { labels: { 'controller-uid': UID } } };
  await cluster.as('admin').patch('ConfigMap', 'shop', 'text', patch);
}

const verbsOf = (cluster: Cluster, key: string): string[] =>
  cluster.history.filter((entry) => entry.key === key).map(({ verb }) => verb);

describe.each(['dynamic-apply', 'server-side-apply'] as const)(
  'a namespaced parent, %s',
  (strategy) => {
    test('releases a child without its label before it calls the hook', async () => {
      const { cluster, bodies } = takenOver(strategy);
      await cluster.settle();
      expect(bodies(SYNC)[0]).toMatchObject({
        parent: { metadata: { name: 'one', namespace: 'shop', finalizers: [FINALIZER] } },
        children: {
          'ConfigMap.v1': {},
          'Deployment.apps/v1': {},
          'DestinationRule.networking.istio.io/v1': {},
          'Secret.v1': {},
        },
        related: {},
        finalizing: false,
      });
      const release = cluster.history.find(
        ({ user, key }) => user === 'metacontroller' && key.startsWith('ConfigMap'),
      );
      expect(release).toMatchObject({
        verb: 'update',
        before: { metadata: { ownerReferences: [OWNER] } },
      });
      expect(release?.after?.metadata.ownerReferences).toBeUndefined();
      expect(release?.after).toMatchObject({ data: { text: 'old', other: 'x' } });
    });

    test('takes its child over, repairs it, and removes it before it is removed itself', async () => {
      const { cluster, bodies } = takenOver(strategy);
      const user = cluster.as('admin');
      await cluster.settle();
      // The released ConfigMap still has the name of the answered child. With dynamic-apply this blocks the parent;
      // with server-side apply the ConfigMap is taken over by force.
      if (strategy === 'dynamic-apply') {
        expect(text(cluster)).toMatchObject({ data: { text: 'old', other: 'x' } });
        expect(text(cluster)?.metadata.ownerReferences).toBeUndefined();
        expect(namesIn(bodies(SYNC).at(-1) as HookBody)).toEqual([]);
        await label(cluster);
        await cluster.settle();
      }
      expect(cluster.events).toEqual([]);
      expect(text(cluster)).toMatchObject({
        metadata: { labels: { 'controller-uid': UID }, ownerReferences: [OWNER] },
        data: { text: 'new', other: 'x' },
      });
      expect(namesIn(bodies(SYNC).at(-1) as HookBody)).toEqual(['shop/text']);
      expect(cluster.get('Widget', 'shop', 'one')?.status).toEqual({
        seen: 1,
        observedGeneration: 1,
      });

      await user.patch('ConfigMap', 'shop', 'text', { data: { text: 'by hand' } });
      await cluster.advance(1);
      expect(text(cluster)).toMatchObject({ data: { text: 'new', other: 'x' } });
      await user.patch('Widget', 'shop', 'one', { spec: { text: 'newer' } });
      await cluster.advance(1);
      expect(text(cluster)).toMatchObject({ data: { text: 'newer', other: 'x' } });
      await user.delete('ConfigMap', 'shop', 'text');
      await cluster.advance(1);
      expect(text(cluster)).toMatchObject({ data: { text: 'newer' } });

      await user.delete('Widget', 'shop', 'one');
      expect(await cluster.settle()).toMatchObject({ quiet: true });
      expect(bodies(FINALIZE).map(namesIn)).toEqual([['shop/text'], []]);
      expect(bodies(FINALIZE).every(({ finalizing }) => finalizing)).toBe(true);
      expect(cluster.all().map(({ kind }) => kind)).toEqual(['Namespace']);
      expect(cluster.events).toEqual([]);
    });

    test('is removed with its Namespace, which waits for the finalize hook', async () => {
      const { cluster, bodies } = custom([WIDGETS], hooks, { strategy, namespaces: ['shop'] });
      await cluster.as().apply(widget({ text: 'a' }));
      await cluster
        .as()
        .create({ ...configMap('mine'), metadata: { name: 'mine', namespace: 'shop' } });
      await cluster.settle();
      const lift = cluster.faults.failHook(FINALIZE, { status: 503 });
      await cluster.as().delete('Namespace', undefined, 'shop');
      await cluster.advance(1);
      expect(cluster.all().map(({ kind }) => kind)).toEqual(['Namespace', 'Widget']);
      expect(cluster.get('Namespace', undefined, 'shop')).toMatchObject({
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Terminating' },
      });
      await expect(cluster.as().create(widget({}, 'late'))).rejects.toThrow(
        'widgets.example.com "late" is forbidden: unable to create new content in namespace shop',
      );
      lift();
      expect(await cluster.settle()).toMatchObject({ quiet: true });
      expect(bodies(FINALIZE).at(-1)).toMatchObject({ finalizing: true });
      expect(cluster.all()).toEqual([]);
      await cluster.as().create(widget({}, 'late'));
    });

    test('owns only in its namespace: a child that is answered in another one is collected each time it is created', async () => {
      const { cluster, bodies } = custom(
        [WIDGETS],
        {
          ...hooks,
          [SYNC]: () => {
            const stray = configMap('stray');
            return { children: [{ ...stray, metadata: { ...stray.metadata, namespace: 'bank' } }] };
          },
        },
        { strategy },
      );
      await cluster.as().apply(widget());
      await cluster.advance(150);
      expect(bodies(SYNC).flatMap(namesIn)).toEqual([]);
      const verbs = verbsOf(cluster, 'ConfigMap bank/stray');
      expect(verbs.filter((verb) => verb === 'delete').length).toBeGreaterThan(1);
      expect(cluster.get('ConfigMap', 'bank', 'stray')).toBeUndefined();
    });

    test('cannot own a cluster-scoped child: the child is never collected', async () => {
      const box = { apiVersion: 'example.com/v1', kind: 'Box', metadata: { name: 'box' } };
      const { cluster } = custom(
        [WIDGETS],
        { ...hooks, [SYNC]: () => ({ children: [box] }) },
        { strategy },
      );
      await cluster.as().apply(widget());
      await cluster.settle();
      await cluster.as().delete('Widget', 'shop', 'one');
      await cluster.settle();
      expect(cluster.all()).toMatchObject([
        { kind: 'Box', metadata: { ownerReferences: [{ name: 'one' }] } },
      ]);
    });

    test('gets events from children of its own namespace, and adopts no others', async () => {
      const { cluster, bodies } = custom(
        [WIDGETS],
        { ...hooks, [SYNC]: () => ({ children: [] }) },
        { strategy },
      );
      await cluster.as().apply(widget());
      await cluster.settle();
      const { uid = '' } = cluster.get('Widget', 'shop', 'one')?.metadata ?? {};
      const calls = bodies(SYNC).length;
      const orphan = (namespace: string) => {
        const metadata = { name: 'orphan', namespace, labels: { 'controller-uid': uid } };
        return { ...configMap('orphan'), metadata };
      };
      await cluster.as().create(orphan('bank'));
      await cluster.advance(1);
      expect(bodies(SYNC)).toHaveLength(calls);
      await cluster.as().create(orphan('shop'));
      await cluster.advance(1);
      expect(bodies(SYNC).flatMap(namesIn)).toContain('shop/orphan');
      expect(cluster.get('ConfigMap', 'bank', 'orphan')?.metadata.ownerReferences).toBeUndefined();
    });

    test('deletes come first: by group, version and kind, whatever the order in the definition', async () => {
      let isShort = false;
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } };
      const many = () => [rule('r'), secret, deployment('d'), configMap('c')];
      const { cluster } = custom(
        [WIDGETS],
        { ...hooks, [SYNC]: () => ({ children: isShort ? [configMap('a')] : many() }) },
        { strategy },
      );
      await cluster.as().apply(widget());
      await cluster.settle();
      isShort = true;
      const start = cluster.history.length;
      await cluster.advance(60);
      const writes = cluster.history.slice(start).filter(({ user }) => user === 'metacontroller');
      expect(writes.map(({ verb, key }) => `${verb} ${key}`)).toEqual([
        'delete ConfigMap shop/c',
        'delete Secret shop/s',
        'delete Deployment shop/d',
        'delete DestinationRule shop/r',
        `${strategy === 'dynamic-apply' ? 'create' : 'apply'} ConfigMap shop/a`,
      ]);
    });
  },
);
