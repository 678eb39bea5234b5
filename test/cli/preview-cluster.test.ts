import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import type { VirtualService } from '../../src/istio/types.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { toYaml } from '../../src/k8s/yaml.ts';
import { clusterPreviews, ENV, SHOP } from './lib/cluster-previews.ts';
import { previewed } from './lib/in-process.ts';
import { livingCluster } from './lib/living-cluster.ts';

jest.setTimeout(60_000);

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const CROWDED = ['shared.yaml', 'routes.yaml'].map((name) => path(`./fixtures/crowded/${name}`));
const ALICE = path('./fixtures/crowded/alice.yaml');
const BOB = path('./fixtures/crowded/bob.yaml');

const { folder, cluster, previewOn } = clusterPreviews();
let shop: KubeObject[];
let shopWithEnv: KubeObject[];

beforeAll(async () => {
  [shop, shopWithEnv] = await Promise.all([livingCluster(SHOP), livingCluster([...SHOP, ENV])]);
});

const envOf = (text: string) =>
  (JSON.parse(text) as { items: KubeObject[] }).items.filter(
    ({ kind }) => kind === 'DynamicEnv',
  ) as DynamicEnv[];

/** The status without times: a preview has its own. */
const timeless = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, member) =>
      ['lastTransitionTime', 'lastOccurrence', 'observedGeneration'].includes(key)
        ? undefined
        : member,
    ),
  );

function manifest(name: string, object: object): string {
  const file = join(folder, name);
  writeFileSync(file, toYaml(object));
  return file;
}

describe('an env that does not exist yet', () => {
  test('has the same preview as from files; only the needed objects are read, with the user of the kubeconfig', async () => {
    const { server, flags } = await cluster({ objects: shop });
    const { code, text, notes } = await previewed(...flags, '-f', ENV);
    const fromFiles = await previewed(...SHOP.flatMap((file) => ['-f', file]), '-f', ENV);
    expect([code, notes]).toEqual([0, '']);
    const [title, ...rest] = text.split('\n');
    expect(title).toBe(`On the cluster of context dev (${server.url})`);
    expect(rest.slice(1).join('\n')).toBe(fromFiles.text);
    expect(server.asked.sort()).toEqual([
      'list deployments.apps shop',
      'list destinationrules.networking.istio.io shop',
      'list dynamicenvs.riskified.com',
      'list services shop',
      'list virtualservices.networking.istio.io',
    ]);
    expect(server.headers.map(({ authorization }) => authorization)).toEqual(
      server.asked.map(() => 'Bearer secret'),
    );
  });

  test('an object that cannot be read is reported and ignored', async () => {
    const metadata = { name: 'nospec', namespace: 'shop', uid: 'n' };
    const nospec = { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata };
    const { code, text } = await previewOn({ objects: [...shop, nospec] }, '-f', ENV);
    expect([code, text]).toEqual([0, expect.stringContaining('DynamicEnv test-user is ready')]);
    expect(text).toContain(
      'DestinationRule shop/nospec (spec: expected a map) cannot be read, and is ignored',
    );
  });

  test('--delete: nothing is left', async () => {
    const { code, text } = await previewOn({ objects: shop }, '-f', ENV, '--delete');
    expect([code, text.trimEnd().split('\n').at(-1)]).toEqual([
      0,
      'Deleted again: 0 differences from the start',
    ]);
  });

  test('an older env with the same match has precedence: the status of the new one says so', async () => {
    const objects = await livingCluster([...CROWDED, ALICE]);
    const { code, text } = await previewOn({ objects }, '-f', BOB);
    expect(code).toBe(1);
    expect(text.split('\n')[0]).toMatch(/, with other DynamicEnvs in the same namespaces: alice$/);
    expect(text).toMatch(/bob: conflicting: .*env "alice" takes the same requests first/);
    expect(text).not.toContain('DynamicEnv alice is');
  });

  test('a root in another namespace that only delegates is read: what Istio drops is reported', async () => {
    const delegates = path('./fixtures/delegates/routes.yaml');
    const objects = await livingCluster([path('./fixtures/crowded/shared.yaml'), delegates]);
    const { code, text } = await previewOn({ objects }, '-f', ALICE);
    expect(code).toBe(0);
    expect(text).toMatch(
      /alice: VirtualService shop\/backend: under VirtualService edge\/public Istio drops/,
    );
    expect(text).toMatch(
      /alice: VirtualService shop\/forgotten: .* no VirtualService here delegates to it/,
    );
    expect(text).not.toMatch(/shop\/backend: it has no hosts/);
  });

  test('envs for other services are ignored', async () => {
    const far = {
      ...(await livingCluster([...CROWDED, ALICE])).find(({ kind }) => kind === 'DynamicEnv'),
    };
    const env = JSON.parse(JSON.stringify(far).replaceAll('"shop"', '"far"'));
    const { server, flags } = await cluster({ objects: [...shop, env] });
    const { code, text } = await previewed(...flags, '-f', ENV);
    expect([code, text.split('\n')[0]]).toEqual([
      0,
      `On the cluster of context dev (${server.url})`,
    ]);
    expect(server.asked.filter((asked) => asked.includes('far'))).toEqual([]);
  });

  test('other objects in the files are applied first, in memory', async () => {
    const open = manifest('open.yaml', {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'backend', namespace: 'shop' },
      spec: { hosts: ['backend'], http: [{ route: [{ destination: { host: 'backend' } }] }] },
    });
    const { code, text } = await previewOn({ objects: shop }, '-f', ENV, '-f', open);
    expect(code).toBe(1);
    expect(text).toContain('test-user: not guarded: ');
  });

  test('the error names a base that is a StatefulSet', async () => {
    const set = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'backend', namespace: 'shop' },
    };
    const objects = [
      ...shop.filter(({ kind, metadata }) => kind !== 'Deployment' || metadata.name !== 'backend'),
      { ...set, spec: { selector: {}, template: { metadata: {}, spec: {} } } } as KubeObject,
    ];
    const { code, text } = await previewOn({ objects }, '-f', ENV);
    expect(code).toBe(1);
    expect(text).toContain('shop/backend is a StatefulSet; only Deployments can be cloned');
  });

  test("manifests without a namespace get the context's namespace, or that of -n", async () => {
    const { flags } = await cluster({ objects: [] }, { namespace: 'team' });
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: {} };
    const env = manifest('team.yaml', {
      apiVersion: 'riskified.com/v1alpha1',
      kind: 'DynamicEnv',
      metadata: { name: 'a' },
      spec: {
        istioMatches: [{ headers: { user: { exact: 'a' } } }],
        consumers: ['team', 'other'].map((namespace) => ({
          name: 'worker',
          namespace,
          containers: [{ image: 'worker:2' }],
        })),
      },
    });
    const worker = manifest('worker.yaml', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'worker' },
      spec: {
        selector: { matchLabels: { app: 'worker' } },
        template: {
          metadata: { labels: { app: 'worker' } },
          spec: { containers: [{ name: 'worker', image: 'worker:1' }] },
        },
      },
    });
    const files = ['-f', env, '-f', worker, '-f', manifest('service.yaml', service)];
    const there = await previewed(...flags, ...files);
    expect(there.text).toContain('Deployment team/worker-a: running');
    expect(there.text).toContain('Deployment other/worker-a: missing');
    const other = await previewed(...flags, ...files, '-n', 'other');
    expect(other.text).toContain('Deployment other/worker-a: running');
  });
});

describe('envs that exist in the cluster', () => {
  test('without -f: the envs are created again in memory, with the same result', async () => {
    const { code, text, notes } = await previewOn({ objects: shopWithEnv }, '-o', 'json');
    expect([code, notes]).toEqual([0, '']);
    const live = shopWithEnv.find(({ kind }) => kind === 'DynamicEnv') as DynamicEnv;
    const [env] = envOf(text);
    expect(timeless(env?.status)).toEqual(timeless(live.status));
    const keys = (objects: readonly KubeObject[]) =>
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
    const items = (JSON.parse(text) as { items: KubeObject[] }).items;
    expect(keys(items)).toEqual(
      keys(
        shopWithEnv.filter(
          ({ kind, metadata }) =>
            kind === 'DynamicEnv' || metadata.annotations?.['riskified.com/dynamic-environment'],
        ),
      ),
    );
  });

  test('older envs have precedence, whatever their names', async () => {
    const objects = await livingCluster([...CROWDED, BOB, ALICE]);
    const { code, text } = await previewOn({ objects });
    expect(code).toBe(1);
    expect(text).toContain('DynamicEnv bob is ready');
    expect(text).toMatch(/alice: conflicting: .*env "bob" takes the same requests first/);
  });

  test('the same env with -f: nothing changes', async () => {
    const { code, text } = await previewOn({ objects: shopWithEnv }, '-f', ENV);
    expect(code).toBe(0);
    expect(text).not.toMatch(/^(Created|Changed)/m);
    expect(text).toContain('DynamicEnv test-user is ready');
    expect(text).not.toContain('Warnings');
  });

  test('the env with another image: only the image changes; --delete leads to the state before the env', async () => {
    const [env] = shopWithEnv.filter(({ kind }) => kind === 'DynamicEnv') as DynamicEnv[];
    const { apiVersion, kind, spec } = env as DynamicEnv;
    const next = JSON.parse(JSON.stringify(spec).replace('1.5.0-rc.1', '1.5.0-rc.2'));
    const file = manifest('next.yaml', {
      apiVersion,
      kind,
      metadata: { name: 'test-user' },
      spec: next,
    });
    const { code, text } = await previewOn({ objects: shopWithEnv }, '-f', file, '--delete');
    expect(code).toBe(0);
    expect(text).not.toMatch(/^Created/m);
    expect(text.match(/^Changed: .*$/gm)).toEqual([
      'Changed: Deployment shop/backend-test-user',
      'Changed: DynamicEnv test-user',
    ]);
    expect(text).toMatch(/^-.*image: .*:1\.5\.0-rc\.1\n\+.*image: .*:1\.5\.0-rc\.2$/m);
    expect(text.endsWith('\nDeleted again: 0 differences from the start\n')).toBe(true);
  });

  test('one env is deleted, another one with the same match stays: nothing else is different', async () => {
    const objects = await livingCluster([...CROWDED, ALICE, BOB]);
    const { code, text } = await previewOn({ objects }, '-f', ALICE, '--delete');
    expect(code).toBe(0);
    expect(text.endsWith('\nDeleted again: 0 differences from the start\n')).toBe(true);
  });

  test('an object that a deletion with --cascade=orphan has left blocks the name', async () => {
    const objects = await livingCluster([...SHOP, ENV], {
      afterwards: async (there) => {
        await there
          .as('team')
          .delete('DynamicEnv', undefined, 'test-user', { propagation: 'Orphan' });
      },
    });
    const { code, text } = await previewOn({ objects }, '-f', ENV);
    expect(code).toBe(1);
    expect(text).toContain(
      'Deployment shop/backend-test-user exists and does not belong to this env',
    );
  });

  test('an env that is being deleted counts as deleted, and a note says so', async () => {
    const objects = shopWithEnv.map((object) =>
      object.kind === 'DynamicEnv'
        ? { ...object, metadata: { ...object.metadata, deletionTimestamp: '2020-01-02T00:00:00Z' } }
        : object,
    );
    const { code, text } = await previewOn({ objects });
    expect(code).toBe(1);
    expect(text).toContain(
      'no DynamicEnv, Environment, VirtualServiceMerge or VirtualEnvironment in the cluster',
    );
    expect(text).toContain('DynamicEnv test-user is being deleted, and is left out');
  });

  test('a preview whose assumptions differ from the cluster says so', async () => {
    const objects = shopWithEnv.map((object) =>
      object.kind === 'DynamicEnv' ? { ...object, status: { state: 'processing' } } : object,
    );
    const { code, text } = await previewOn({ objects });
    expect(code).toBe(0);
    expect(text).toMatch(
      /DynamicEnv test-user is processing in the cluster, and this preview does not show why/,
    );
  });
});

describe('pods', () => {
  test('a clone that never had available pods has none in the preview; a clone with another image is assumed to start', async () => {
    const objects = await livingCluster([...SHOP, ENV], { neverReady: ['shop/backend-test-user'] });
    const alone = await previewOn({ objects });
    expect(alone.code).toBe(1);
    expect(alone.text).toContain('Deployment shop/backend-test-user: initializing');
    expect(alone.text).toContain(
      'Deployment shop/backend-test-user has no available pods in the cluster; the preview assumes that',
    );
    const next = await previewOn({ objects }, '-f', nextImage(objects));
    expect(next.code).toBe(0);
  });

  test('a clone whose pods crashed keeps its routes and fails, as in the cluster; a clone with another image is assumed to start', async () => {
    const objects = await livingCluster([...SHOP, ENV], {
      afterwards: (there) => void there.faults.crash('shop', 'backend-test-user'),
    });
    const live = objects.find(({ kind }) => kind === 'DynamicEnv') as DynamicEnv;
    const { code, text } = await previewOn({ objects }, '-o', 'json');
    expect([code, live.status?.state]).toEqual([1, 'degraded']);
    const [env] = envOf(text);
    expect(timeless(env?.status)).toEqual(timeless(live.status));
    const service = (JSON.parse(text) as { items: VirtualService[] }).items.find(
      ({ kind }) => kind === 'VirtualService',
    );
    expect(service?.spec.http).toHaveLength(4);
    const next = await previewOn({ objects }, '-f', nextImage(objects));
    expect(next.code).toBe(0);
  });

  test('a base without pods is reported', async () => {
    const objects = await livingCluster(SHOP, { neverReady: ['shop/backend'] });
    const { code, text } = await previewOn({ objects }, '-f', ENV);
    expect(code).toBe(0);
    expect(text).toContain(
      'Deployment shop/backend has no available pods in the cluster; a clone of it may',
    );
  });

  function nextImage(objects: readonly KubeObject[]): string {
    const { apiVersion, kind, spec } = objects.find(
      (one) => one.kind === 'DynamicEnv',
    ) as DynamicEnv;
    const next = JSON.parse(JSON.stringify(spec).replace('1.5.0-rc.1', '1.5.0-rc.2'));
    return manifest('next.yaml', { apiVersion, kind, metadata: { name: 'test-user' }, spec: next });
  }
});

test.each([false, true])(
  'the same result if namespaces are read through their indexes',
  async (isThere) => {
    const { flags } = await cluster({ objects: isThere ? shopWithEnv : shop });
    const plain = await previewed(...flags, '-f', ENV);
    expect(await previewed(...flags, '-f', ENV, '--indexed-namespaces=shop')).toEqual(plain);
  },
);
