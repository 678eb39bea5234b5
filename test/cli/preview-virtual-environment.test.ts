import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import type { KubeObject } from '../../src/k8s/object.ts';
import { clusterPreviews } from './lib/cluster-previews.ts';
import { previewed, refusal } from './lib/in-process.ts';
import { livingCluster } from './lib/living-cluster.ts';
import { files } from './lib/merges.ts';
import { ENVIRONMENT, SERVICES, STORE } from './lib/virtual-environments.ts';

jest.setTimeout(120_000);

const { folder, cluster, previewOn } = clusterPreviews();

const CREATED = `Created (-o yaml shows them in full)
  DestinationRule store/orders
  DestinationRule store/stock
  DestinationRule store/storefront
  VirtualService store/orders
  VirtualService store/stock
  VirtualService store/storefront
`;
const STATUS = `Status
  VirtualEnvironment store/store is ready: requests reach the pods of their version
    orders      dev, dev.proj2
    stock       dev, dev.proj1, dev.proj1.feature1
    storefront  dev, dev.proj1
`;

/** A copy of the VirtualEnvironment of the example with other text. */
function changed(from: string | RegExp, to: string | ((found: string) => string)): string {
  const text = readFileSync(ENVIRONMENT, 'utf8');
  expect(text).toMatch(from);
  const file = join(folder, 'changed.yaml');
  writeFileSync(file, text.replaceAll(from, to as string));
  return file;
}

describe('files', () => {
  test('the example: what is created for which Service, and its versions; nothing is left', async () => {
    const { code, text } = await previewed('-f', STORE, '--delete');
    expect([code, text]).toEqual([
      0,
      `${CREATED}\n${STATUS}\nDeleted again: 0 differences from the start\n`,
    ]);
  });

  test('-o json: the objects without the memory of the controller, and the VirtualEnvironment with status', async () => {
    const { text } = await previewed('-f', STORE, '-o', 'json');
    const { items } = JSON.parse(text) as { items: (KubeObject & { status?: object })[] };
    const kinds = items.map(({ kind, metadata }) => [kind, metadata.name, metadata.annotations]);
    expect(kinds[0]).toEqual(['DestinationRule', 'orders', undefined]);
    expect(kinds.at(-1)).toEqual(['VirtualEnvironment', 'store', undefined]);
    expect(items.at(-1)?.status).toMatchObject({
      services: expect.arrayContaining([
        {
          name: 'orders',
          versions: [
            { value: 'dev', subset: 'dev', ready: true, routed: true },
            { value: 'dev.proj2', subset: 'dev-proj2', ready: true, routed: true },
          ],
        },
      ]),
    });
  });

  test('version v1alpha1, and a default version that nobody has', async () => {
    const old = changed(/v1alpha2|defaultSubset: dev/g, (found) =>
      found === 'v1alpha2' ? 'v1alpha1' : 'defaultSubset: prod',
    );
    const { code, text } = await previewed(...files(...SERVICES, old));
    expect(code).toBe(0);
    expect(text).toContain('VirtualEnvironment store/store is ready');
    expect(text).toMatch(/\n {2}VirtualEnvironment store\/store: Service orders: no workload of/);
  });

  test('one that is too young: exit code 1, with its conditions', async () => {
    const second = changed('name: store\n', 'name: zz\n');
    const { code, text } = await previewed('-f', STORE, '-f', second);
    expect(code).toBe(1);
    expect(text).toContain('\n  VirtualEnvironment store/zz is not ready: Conflicted\n');
    expect(text).toMatch(/\n {4}Conflicted {2}True {4}OlderExists: VirtualEnvironment store /);
  });

  test.each<[string, string | RegExp, string, RegExp]>([
    [
      'a splitter of two characters',
      'splitter: .',
      'splitter: ..',
      /changed\.yaml, document 1, line 14: spec\.envLabel\.splitter: /,
    ],
    ['an unknown field', 'autoInject', 'autoinject', /line 11: spec\.envHeader\.autoinject: /],
    ['a version that is not served', 'v1alpha2', 'v1beta1', /line 4: kind: no matches for kind/],
  ])('what an API server would refuse: %s', async (_, from, to, message) => {
    expect(await refusal(...files(...SERVICES, changed(from, to)))).toMatch(message);
  });
});

describe('a cluster', () => {
  test('a new one has the same preview as from files; only its namespace is read', async () => {
    const objects = await livingCluster(SERVICES);
    const { server, flags } = await cluster({ objects });
    const { code, text } = await previewed(...flags, '-f', ENVIRONMENT);
    expect([code, text.slice(text.indexOf('Created'))]).toEqual([0, `${CREATED}\n${STATUS}`]);
    expect(server.asked.sort()).toEqual([
      'list deployments.apps store',
      'list destinationrules.networking.istio.io store',
      'list dynamicenvs.riskified.com',
      'list services store',
      'list statefulsets.apps store',
      'list virtualenvironments.env.alibaba.com store',
      'list virtualservices.networking.istio.io store',
    ]);
  });

  test('a change of one that exists is a change of its routes; without files all are in question', async () => {
    const objects = await livingCluster([STORE]);
    const file = changed('autoInject: true', 'autoInject: false');
    const { code, text } = await previewOn({ objects }, '-f', file);
    expect(code).toBe(0);
    expect(text).toMatch(/Changed: VirtualService store\/orders\n/);
    expect(text).toMatch(/^-\s+sourceNamespace: store$/m);
    expect(text).not.toMatch(/^\+.*(?:subset|match|exact)/m);
    const all = await previewOn({ objects });
    expect([all.code, all.text.slice(all.text.indexOf('Created'))]).toEqual([
      0,
      `${CREATED}\n${STATUS}`,
    ]);
  });

  test('a version without ready pods has none in the preview either', async () => {
    const objects = await livingCluster([STORE], { neverReady: ['store/stock-dev-proj1'] });
    const { text } = await previewOn({ objects });
    expect(text).toContain('  stock       dev, dev.proj1 (not ready), dev.proj1.feature1\n');
  });

  test("an env on Deployments with versions: the VirtualEnvironment's objects are like any other", async () => {
    const objects = await livingCluster([STORE]);
    const env = join(folder, 'env.yaml');
    writeFileSync(env, ENV);
    const { server, flags } = await cluster({ objects });
    const { code, text } = await previewed(...flags, '-f', env, '--delete');
    expect([code, text.includes('DynamicEnv alice is ready: 1 of 1')]).toEqual([0, true]);
    expect(text).toContain('Deleted again: 0 differences');
    expect(text.match(/^\+.*subset: orders-dev-alice$/gm)?.length).toBeGreaterThan(2);
    expect(server.asked.filter((one) => one.includes('virtualenv'))).toEqual([]);
  });

  test('not installed: a note, and the preview goes on', async () => {
    const objects = await livingCluster(SERVICES);
    const { code, text } = await previewOn(
      { objects, unserved: ['virtualenvironments'] },
      '-f',
      ENVIRONMENT,
    );
    expect(code).toBe(0);
    expect(text).toContain('VirtualEnvironment is not installed in this cluster; this shows what');
  });

  test('one that is being deleted is left out', async () => {
    const objects = (await livingCluster([STORE])).map((object) =>
      object.kind === 'VirtualEnvironment'
        ? { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }
        : object,
    );
    const { code, text } = await previewOn({ objects });
    expect(code).toBe(1);
    expect(text).toContain('VirtualEnvironment store/store is being deleted, and is left out');
  });
});

const ENV = `
apiVersion: riskified.com/v1alpha1
kind: DynamicEnv
metadata:
  name: alice
spec:
  istioMatches:
    - headers: {user: {exact: alice}}
  subsets:
    - name: orders-dev
      namespace: store
      containers:
        - {containerName: orders, image: 'registry.example.com/store/orders:alice'}
`;
