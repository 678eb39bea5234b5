import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../../src/k8s/object.ts';
import { VIRTUAL_SERVICE_WEBHOOK } from '../../../../src/kinds/virtualservice/webhook.ts';
import { createApiServer } from '../../../../src/simulator/api-server/server.ts';
import { createStore } from '../../../../src/simulator/api-server/store.ts';
import { createClock } from '../../../../src/simulator/clock.ts';
import { createDiscovery } from '../../../../src/simulator/discovery.ts';
import { createFaults } from '../../../../src/simulator/faults.ts';
import type { LocalObject } from '../../../../src/simulator/object.ts';
import { deployment, rule, scripted } from '../scripted.ts';

function cluster(options = {}) {
  return scripted({}, options).cluster;
}

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: { selector: { app: 'shop' }, ports: [{ port: 80 }] },
};

describe('create', () => {
  test('sets the fields that only the server sets', async () => {
    const on = cluster({ start: '2026-03-04T05:06:07.890Z' });
    const sent = rule();
    const created = await on.as().create({ ...sent, status: { made: 'up' } });
    expect(created.metadata).toMatchObject({
      uid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-03-04T05:06:07Z',
    });
    expect(created.status).toBeUndefined();
    expect(sent).toEqual(rule());
  });

  test('refuses an existing name, an invalid name, and an unknown kind', async () => {
    const on = cluster();
    await on.as().create(rule());
    await expect(on.as().create(rule())).rejects.toMatchObject({ reason: 'AlreadyExists' });
    await expect(on.as().create(rule('Upper'))).rejects.toMatchObject({ reason: 'Invalid' });
    await expect(on.as().create(rule(''))).rejects.toMatchObject({ reason: 'Invalid' });
    const unknown = { ...rule(), apiVersion: 'example.com/v1' };
    await expect(on.as().create(unknown)).rejects.toMatchObject({ reason: 'NotFound' });
    expect(() => on.get('Nothing', 'shop', 'x')).toThrow('resource type "Nothing"');
  });

  test('stores older Istio versions as v1, removes the namespace of cluster-scoped kinds, sets the default namespace', async () => {
    const on = cluster();
    const namespaceless = { ...rule(), apiVersion: 'networking.istio.io/v1beta1' } as KubeObject;
    namespaceless.metadata = { name: 'old' };
    await on.as().create(namespaceless);
    expect(on.get('DestinationRule', undefined, 'old')).toMatchObject({
      apiVersion: 'networking.istio.io/v1',
      metadata: { namespace: 'default' },
    });
    const env = { apiVersion: 'riskified.com/v1alpha1', kind: 'DynamicEnv' };
    await on.as().create({ ...env, metadata: { name: 'env', namespace: 'shop' } });
    expect(on.get('DynamicEnv', 'any', 'env')?.metadata.namespace).toBeUndefined();
  });

  test('removes nulls, and empty maps of metadata', async () => {
    const on = cluster();
    const sent = rule('rule', {
      host: 'a',
      exportTo: null,
      subsets: [{ name: 'a', labels: null }],
    });
    sent.metadata.labels = {};
    await on.as().create(sent);
    const stored = on.get('DestinationRule', 'shop', 'rule');
    expect(stored?.spec).toEqual({ host: 'a', subsets: [{ name: 'a' }] });
    expect(stored?.metadata).not.toHaveProperty('labels');
  });

  test('gives Deployments and Services their defaults', async () => {
    const on = cluster();
    const more = { ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }] };
    const created = await on.as().create(deployment('a', 'registry:5000/app@sha256:1', more));
    expect(created.spec).toMatchObject({
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
      template: {
        spec: {
          dnsPolicy: 'ClusterFirst',
          containers: [
            { imagePullPolicy: 'IfNotPresent', ports: [{ protocol: 'TCP' }, { protocol: 'UDP' }] },
          ],
        },
      },
    });
    const latest = deployment('b', 'app:latest');
    (latest.spec as Record<string, unknown>)['strategy'] = { type: 'Recreate' };
    const recreated = await on.as().create(latest);
    expect(recreated.spec?.['strategy']).toEqual({ type: 'Recreate' });
    expect(JSON.stringify(recreated)).toContain('"imagePullPolicy":"Always"');
    const service = await on.as().create(SERVICE);
    expect(service.spec).toMatchObject({
      type: 'ClusterIP',
      ports: [{ protocol: 'TCP', targetPort: 80 }],
    });
    const external = { type: 'ExternalName', externalName: 'example.com' };
    const named = { ...SERVICE, metadata: { name: 'b', namespace: 'shop' }, spec: external };
    expect((await on.as().create(named)).spec).not.toHaveProperty('clusterIP');
    const stateful = { ...deployment('c'), kind: 'StatefulSet' };
    expect((await on.as().create(stateful)).spec).toMatchObject({ revisionHistoryLimit: 10 });
  });
});

test('a pod template has its service account in both fields', async () => {
  const on = cluster();
  const podSpec = (fields: object) => ({ spec: { template: { spec: fields } } });
  await on.as().create(deployment());
  const { name } = deployment().metadata;
  const patched = (fields: object) => on.as().patch('Deployment', 'shop', name, podSpec(fields));
  expect(await patched({ serviceAccount: 'a' })).toMatchObject(
    podSpec({ serviceAccountName: 'a' }),
  );
  const both = { serviceAccountName: 'b', serviceAccount: 'b' };
  expect(await patched({ serviceAccountName: 'b' })).toMatchObject(podSpec(both));
});

describe('update', () => {
  test('counts a generation for changes of the spec, a resourceVersion for every change', async () => {
    const on = cluster();
    await on.as().create(rule());
    const labelled = await on
      .as()
      .patch('DestinationRule', 'shop', 'rule', { metadata: { labels: { a: 'b' } } });
    expect(labelled.metadata).toMatchObject({ generation: 1, resourceVersion: '2' });
    const changed = await on
      .as()
      .patch('destinationrules', 'shop', 'rule', { spec: { host: 'b' } });
    expect(changed.metadata).toMatchObject({ generation: 2, resourceVersion: '3' });
    const same = await on.as().patch('DestinationRule', 'shop', 'rule', { spec: { host: 'b' } });
    expect(same.metadata).toMatchObject({ generation: 2, resourceVersion: '3' });
    expect(on.history).toHaveLength(3);
  });

  test('a change of annotations counts as a generation only for Deployments', async () => {
    const on = cluster();
    await on.as().create(deployment());
    const patch = { metadata: { annotations: { note: 'x' } } };
    expect((await on.as().patch('Deployment', 'shop', 'clone', patch)).metadata.generation).toBe(2);
    await on.as().create(rule());
    expect(
      (await on.as().patch('DestinationRule', 'shop', 'rule', patch)).metadata.generation,
    ).toBe(1);
    await on.as().create(SERVICE);
    const service = await on
      .as()
      .patch('Service', 'shop', 'shop', { spec: { selector: { b: 'c' } } });
    expect(service.metadata.generation).toBeUndefined();
  });

  test('refuses an old resourceVersion and another uid', async () => {
    const on = cluster();
    const first = await on.as().create(rule());
    await on.as().patch('DestinationRule', 'shop', 'rule', { spec: { host: 'b' } });
    await expect(on.as().replace(first)).rejects.toMatchObject({ reason: 'Conflict' });
    const stranger = rule();
    stranger.metadata.uid = 'another';
    await expect(on.as().replace(stranger)).rejects.toMatchObject({ reason: 'Conflict' });
    await expect(on.as().replace(rule('missing'))).rejects.toMatchObject({ reason: 'NotFound' });
  });

  test('replace removes what the manifest does not have, except for what the server has set', async () => {
    const on = cluster();
    await on.as().create(SERVICE);
    await on.as().patch('Service', 'shop', 'shop', { metadata: { labels: { a: 'b' } } });
    const replaced = await on
      .as()
      .replace({ ...SERVICE, spec: { ...SERVICE.spec, selector: { x: 'y' } } });
    expect(replaced.metadata.labels).toBeUndefined();
    expect(replaced.spec).toMatchObject({ selector: { x: 'y' }, clusterIP: expect.any(String) });
    expect(replaced.status).toEqual({ loadBalancer: {} });
  });

  test('leaves status and system fields alone', async () => {
    const on = cluster();
    await on.as().create(deployment());
    await on.advance(2);
    const live = on.get('Deployment', 'shop', 'clone');
    const patch = {
      status: { replicas: 99 },
      metadata: { creationTimestamp: null, uid: 'mine', generation: 7 },
    };
    const patched = await on.as().patch('Deployment', 'shop', 'clone', patch);
    expect(patched).toEqual(live);
  });

  test("refuses to change a workload's selector", async () => {
    const on = cluster();
    await on.as().create(deployment());
    const patch = { spec: { selector: { matchLabels: { app: 'other' } } } };
    await expect(on.as().patch('Deployment', 'shop', 'clone', patch)).rejects.toThrow(
      'field is immutable',
    );
  });

  test('calls the given validators first', async () => {
    const on = cluster({
      validate: (object: KubeObject, old: KubeObject | undefined, user: string) =>
        object.metadata.labels?.['bad']
          ? `${user} may not ${old ? 'update' : 'create'}`
          : undefined,
    });
    const bad = rule('bad');
    bad.metadata.labels = { bad: 'yes' };
    await expect(on.as('eve').create(bad)).rejects.toThrow('eve may not create');
    await on.as('eve').create(rule());
    await expect(
      on
        .as('eve')
        .patch('DestinationRule', 'shop', 'rule', { metadata: { labels: { bad: 'yes' } } }),
    ).rejects.toThrow('eve may not update');
  });
});

test('sets the defaults of custom kinds in every write, without an owner for them', async () => {
  const on = cluster({
    defaults: ({ spec, ...object }: LocalObject) => ({
      ...object,
      spec: { exportTo: ['*'], ...spec },
    }),
  });
  const stored = () => on.get('DestinationRule', 'shop', 'rule');
  await on.as().serverSideApply(rule('rule', { host: 'a' }), 'tool');
  expect(stored()?.spec).toEqual({ host: 'a', exportTo: ['*'] });
  expect(JSON.stringify(stored()?.metadata.managedFields)).not.toContain('exportTo');
  await on.as().patch('DestinationRule', 'shop', 'rule', { spec: { host: 'b', exportTo: null } });
  expect(stored()?.spec).toEqual({ host: 'b', exportTo: ['*'] });
  await on.as().create({ ...SERVICE, spec: {} });
  expect(on.get('Service', 'shop', 'shop')?.spec).not.toHaveProperty('exportTo');
});

describe('delete', () => {
  test('removes an object without finalizers at once', async () => {
    const on = cluster();
    await on.as().create(rule());
    expect(await on.as().delete('DestinationRule', 'shop', 'rule')).toBeUndefined();
    expect(on.get('DestinationRule', 'shop', 'rule')).toBeUndefined();
    await expect(on.as().delete('DestinationRule', 'shop', 'rule')).rejects.toMatchObject({
      code: 404,
    });
  });

  test('marks an object with finalizers; it is removed with its last finalizer', async () => {
    const on = cluster({ start: '2026-01-01T00:00:00.500Z' });
    const held = rule();
    held.metadata.finalizers = ['a/x', 'a/y'];
    await on.as().create(held);
    const marked = await on.as().delete('DestinationRule', 'shop', 'rule');
    expect(marked?.metadata).toMatchObject({
      deletionTimestamp: '2026-01-01T00:00:00Z',
      deletionGracePeriodSeconds: 0,
      generation: 2,
    });
    const again = await on.as().delete('DestinationRule', 'shop', 'rule');
    expect(again?.metadata.resourceVersion).toBe(marked?.metadata.resourceVersion);
    const patch = (finalizers: string[]) =>
      on.as().patch('DestinationRule', 'shop', 'rule', { metadata: { finalizers } });
    await expect(patch(['a/x', 'a/z'])).rejects.toThrow('no new finalizers can be added');
    await patch(['a/x']);
    expect(on.get('DestinationRule', 'shop', 'rule')).toBeDefined();
    await patch([]);
    expect(on.get('DestinationRule', 'shop', 'rule')).toBeUndefined();
    expect(on.history.at(-1)).toMatchObject({
      verb: 'patch',
      key: 'DestinationRule shop/rule',
      after: undefined,
    });
  });
});

describe('kubectl apply', () => {
  test('removes what it applied before, and nothing else', async () => {
    const on = cluster();
    await on.as().apply(rule('rule', { host: 'a', exportTo: ['.'] }));
    await on.as('other').patch('DestinationRule', 'shop', 'rule', { spec: { trafficPolicy: {} } });
    const applied = await on.as().apply(rule('rule', { host: 'b' }));
    expect(applied.spec).toEqual({ host: 'b', trafficPolicy: {} });
    const annotation =
      applied.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'];
    expect(JSON.parse(annotation ?? '')).toEqual({
      ...rule('rule', { host: 'b' }),
      metadata: { annotations: {}, name: 'rule', namespace: 'shop' },
    });
    expect(annotation?.endsWith('}\n')).toBe(true);
  });

  test('keeps what others wrote into keyed lists of built-in kinds', async () => {
    const on = cluster();
    await on.as().apply(deployment('a', 'app:1', { env: [{ name: 'A', value: '1' }] }));
    const template = {
      spec: {
        containers: [
          { name: 'main', image: 'app:1', env: [{ name: 'B' }] },
          { name: 'side', image: 's:1' },
        ],
      },
    };
    await on.as('injector').patch('Deployment', 'shop', 'a', { spec: { template } });
    const applied = await on
      .as()
      .apply(deployment('a', 'app:2', { env: [{ name: 'A', value: '2' }] }));
    expect(applied.spec).toMatchObject({
      template: {
        spec: {
          containers: [
            { name: 'main', image: 'app:2', env: [{ name: 'B' }, { name: 'A', value: '2' }] },
            { name: 'side' },
          ],
        },
      },
    });
  });
});

describe('with conflicts at every attempt', () => {
  const CLIENT = { user: 'mc', manager: 'metacontroller' };

  /** A server on which somebody else writes during every call of the webhook. */
  function contested() {
    const clock = createClock('2026-01-01T00:00:00Z');
    const store = createStore(clock);
    const kinds = createDiscovery([]);
    const faults = createFaults(() => undefined);
    let writes = 0;
    const inject = async () => {
      writes += 1;
      const [live] = store.list();
      if (live) {
        const metadata = { ...live.metadata, labels: { writes: String(writes) } };
        store.put(kinds.kindOf(live), { ...live, metadata }, { user: 'other', verb: 'patch' });
      }
      return { statusCode: 404, body: '' };
    };
    return createApiServer({
      clock,
      store,
      kinds,
      webhooks: [{ ...VIRTUAL_SERVICE_WEBHOOK, kind: kinds.kindNamed('VirtualService') }],
      inject,
      faults,
      validate: undefined,
      defaults: undefined,
    });
  }

  const PLANNED = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: {
      name: 'shop',
      namespace: 'shop',
      annotations: { 'riskified.com/route-injections': '[]' },
    },
    spec: { hosts: ['a'] },
  };

  test('a patch gives up after some attempts, an update without resourceVersion after one, an old status at once', async () => {
    const api = contested();
    const created = await api.create(CLIENT, PLANNED);
    const change = (live: LocalObject) => ({ ...live, spec: { hosts: ['b'] } });
    const conflict = { reason: 'Conflict' };
    await expect(api.patch(CLIENT, api.keyOf(created), change)).rejects.toMatchObject(conflict);
    await expect(api.update(CLIENT, PLANNED)).rejects.toMatchObject(conflict);
    await expect(api.updateStatus(CLIENT, created)).rejects.toMatchObject(conflict);
  });
});
