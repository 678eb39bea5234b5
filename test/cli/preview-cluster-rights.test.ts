import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { KubeObject } from '../../src/k8s/object.ts';
import type { FakeServerOptions } from './lib/api-server.ts';
import { clusterPreviews, ENV, SHOP } from './lib/cluster-previews.ts';
import { previewed, refusal } from './lib/in-process.ts';
import { livingCluster } from './lib/living-cluster.ts';

jest.setTimeout(60_000);

const { cluster, previewOn } = clusterPreviews();
let shop: KubeObject[];

beforeAll(async () => {
  shop = await livingCluster(SHOP);
});

describe('missing rights', () => {
  const refuse = async (options: FakeServerOptions, ...args: string[]) => {
    const { flags } = await cluster(options);
    return refusal(...flags, ...args);
  };

  test('required ones: the error lists all of them, with the user, and what to do', async () => {
    const told = await refuse(
      {
        objects: shop,
        isDenied: ({ resource }) =>
          resource !== 'dynamicenvs.riskified.com' && resource !== 'services',
      },
      '-f',
      ENV,
    );
    expect(told).toBe(`rights of user "jane" are missing in the cluster of context dev:
  list deployments.apps in namespace shop
  list destinationrules.networking.istio.io in namespace shop
  list virtualservices.networking.istio.io in namespace shop
ask its administrator for them, or choose another --context; check a right with "kubectl auth can-i list deployments.apps --namespace shop"`);
  });

  test("VirtualServices of all namespaces: only those of the env's namespaces are read, and a note says so", async () => {
    const { server, flags } = await cluster({
      objects: shop,
      isDenied: ({ resource, namespace }) =>
        resource.startsWith('virtualservices') && namespace === '',
    });
    const { code, text } = await previewed(...flags, '-f', ENV);
    expect(code).toBe(0);
    expect(server.asked).toContain('list virtualservices.networking.istio.io shop');
    expect(text).toContain(
      '  not read, because of a missing right: list virtualservices.networking.istio.io in all namespaces (user "jane"): VirtualServices outside of namespaces shop; those that route to these namespaces may get routes too, or be unguarded\n',
    );
  });

  test('other DynamicEnvs: a note if -f names an env, otherwise an error', async () => {
    const options: FakeServerOptions = {
      objects: shop,
      isDenied: ({ resource }) => resource === 'dynamicenvs.riskified.com',
    };
    const { code, text } = await previewOn(options, '-f', ENV);
    expect(code).toBe(0);
    expect(text).toContain(
      '(user "jane"): other DynamicEnvs, which may take the same requests first',
    );
    expect(await refuse(options)).toContain(
      '\n  list dynamicenvs.riskified.com, by a ClusterRole\n',
    );
  });

  test("rule namespaces: a note says what they are for; * is replaced by the env's own namespaces", async () => {
    const options: FakeServerOptions = {
      objects: shop,
      isDenied: ({ resource, namespace }) =>
        resource.startsWith('destinationrules') && namespace !== 'shop',
    };
    const one = await previewOn(options, '-f', ENV, '--rule-namespaces=callers,shop');
    expect([one.code, one.text]).toEqual([
      0,
      expect.stringContaining(
        'DestinationRules of namespace callers, which --rule-namespaces asks for',
      ),
    ]);
    const all = await previewOn(options, '-f', ENV, '--rule-namespaces=*');
    expect([all.code, all.text]).toEqual([
      0,
      expect.stringContaining(
        'DestinationRules outside of namespaces shop, which --rule-namespaces asks for',
      ),
    ]);
  });

  test('StatefulSets: they are not looked for', async () => {
    const { code, text } = await previewOn(
      { objects: [], isDenied: ({ resource }) => resource === 'statefulsets.apps' },
      '-f',
      ENV,
    );
    expect(code).toBe(1);
    expect(text).toContain('Deployment shop/backend not found');
  });
});

describe('what a cluster does not have', () => {
  test('no definition of DynamicEnv: an env of -f is previewed nevertheless', async () => {
    const options = { objects: shop, unserved: ['dynamicenvs'] };
    const { code, text } = await previewOn(options, '-f', ENV);
    expect([code, text]).toEqual([
      0,
      expect.stringContaining(
        'DynamicEnv is not installed in this cluster; this shows what would happen if it were',
      ),
    ]);
    const { server, flags } = await cluster(options);
    expect(await refusal(...flags)).toBe(
      `the API server ${server.url} does not serve dynamicenvs.riskified.com in version v1alpha1; install crds/`,
    );
  });

  test('no Istio', async () => {
    const { server, flags } = await cluster({ objects: shop, unserved: ['virtualservices'] });
    expect(await refusal(...flags, '-f', ENV)).toBe(
      `the API server ${server.url} does not serve virtualservices.networking.istio.io in version v1; is Istio ≥ 1.24 installed?`,
    );
  });

  test('no envs', async () => {
    const { code, text } = await previewOn({ objects: shop });
    expect([code, text]).toEqual([
      1,
      expect.stringContaining(
        'no DynamicEnv, Environment, VirtualServiceMerge or VirtualEnvironment in the cluster',
      ),
    ]);
    const none = await previewOn({ objects: shop }, '-f', SHOP[0] ?? '');
    expect([none.code, none.text]).toEqual([
      1,
      expect.stringContaining(
        'no DynamicEnv, Environment, VirtualServiceMerge or VirtualEnvironment among the files',
      ),
    ]);
  });
});
