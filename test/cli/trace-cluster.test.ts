import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { KubeObject } from '../../src/k8s/object.ts';
import { toYaml } from '../../src/k8s/yaml.ts';
import { type FakeServer, type FakeServerOptions, fakeApiServer } from './lib/api-server.ts';
import { refusalOf } from './lib/in-process.ts';
import { temporaryFolder, writeConfig } from './lib/kubeconfig.ts';
import { livingCluster } from './lib/living-cluster.ts';
import { traced, tracedData } from './lib/traced.ts';

jest.setTimeout(60_000);

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const SHOP = ['backend.yaml', 'web.yaml'].map((name) => path(`../../examples/shop/${name}`));
const ENV = path('../../examples/shop/dynamicenv.yaml');
const WIDE = path('./fixtures/traced/wide.yaml');
const USER = ['-H', 'user: test-user'];
const REQUEST = ['http://backend.shop/', ...USER, '--from', 'shop/web'];

const folder = temporaryFolder();
let objects: KubeObject[];
let servers: FakeServer[] = [];

beforeAll(async () => {
  objects = await livingCluster([...SHOP, ENV]);
});
afterEach(async () => {
  await Promise.all(servers.map(({ close }) => close()));
  servers = [];
});
afterAll(() => rmSync(folder, { recursive: true }));

async function cluster(options: FakeServerOptions, parts: { namespace?: string } = {}) {
  const server = await fakeApiServer({ objects, ...options });
  servers.push(server);
  const file = writeConfig(folder, 'config', { server: server.url, ...parts });
  return { server, flags: ['--from-cluster', '--kubeconfig', file] };
}

describe('the current state of the cluster', () => {
  test('a VirtualService without a spec, which Istio accepts, has no routes', async () => {
    const metadata = { name: 'nospec', namespace: 'shop', uid: 'n' };
    const nospec = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata };
    const { flags } = await cluster({ objects: [...objects, nospec] });
    const { code, text } = await traced(...flags, ...REQUEST);
    expect([code, text]).toEqual([
      0,
      expect.stringContaining('→ Deployment shop/backend-test-user'),
    ]);
  });

  test('only the needed objects are read, and nothing is simulated: routes are those in the cluster', async () => {
    const { server, flags } = await cluster({});
    const { code, text } = await traced(...flags, ...REQUEST);
    expect([code, text.split('\n')[0]]).toEqual([
      0,
      `On the cluster of context dev (${server.url})`,
    ]);
    expect(text).toContain('→ Deployment shop/backend-test-user, env test-user\n');
    expect(server.asked.filter((one) => !one.startsWith('list '))).toEqual([]);
    expect(server.asked.map((one) => one.replace('list ', '')).sort()).toEqual([
      'authorizationpolicies.security.istio.io',
      'deployments.apps',
      'destinationrules.networking.istio.io',
      'dynamicenvs.riskified.com',
      'envoyfilters.networking.istio.io',
      'gateways.networking.istio.io',
      'httproutes.gateway.networking.k8s.io',
      'peerauthentications.security.istio.io',
      'requestauthentications.security.istio.io',
      'routeinjections.riskified.com',
      'serviceentries.networking.istio.io',
      'services',
      'sidecars.networking.istio.io',
      'virtualenvironments.env.alibaba.com',
      'virtualservicemerges.istiomerge.monime.sl',
      'virtualservicemerges.istiomerger.monime.sl',
      'virtualservices.networking.istio.io',
    ]);
  });

  test('planned routes that are absent, because the webhook was away, are reported as absent', async () => {
    const bare = objects.map((object) => {
      const { spec } = object as KubeObject & { spec?: { http?: { name?: string }[] } };
      if (object.kind !== 'VirtualService' || spec?.http === undefined) return object;
      const http = spec.http.filter(({ name }) => !name?.startsWith('dynamic-environment'));
      return { ...object, spec: { ...spec, http } };
    });
    const { flags } = await cluster({ objects: bare });
    const { hop } = await tracedData(...flags, ...REQUEST);
    expect([hop.outcome, hop.env]).toEqual(['pods', undefined]);
    expect(hop.otherEnvs).toMatchObject([{ env: 'test-user', reason: 'not-rendered' }]);
  });

  test('a clone without available pods: exit code 1', async () => {
    const down = objects.map((object) =>
      object.metadata.name === 'backend-test-user' && object.kind === 'Deployment'
        ? { ...object, status: { availableReplicas: 0 } }
        : object,
    );
    const { flags } = await cluster({ objects: down });
    const { code, hop } = await tracedData(...flags, ...REQUEST);
    expect([code, hop.outcome, hop.destinations[0]?.state]).toEqual([
      1,
      'no-ready-pods',
      'not-ready',
    ]);
  });

  test("the caller is in the context's namespace", async () => {
    const { flags } = await cluster({}, { namespace: 'shop' });
    const { code, hop } = await tracedData(...flags, 'http://backend/');
    expect([code, hop.caller.namespace]).toEqual([0, 'shop']);
  });

  test('objects whose effect is not evaluated are mentioned: a Sidecar', async () => {
    const sidecar = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Sidecar',
      metadata: { name: 'default', namespace: 'shop' },
    };
    const { flags } = await cluster({ objects: [...objects, sidecar] });
    const { notConsidered } = await tracedData(...flags, ...REQUEST);
    expect(notConsidered).toEqual(['Sidecar shop/default (what the caller can see)']);
  });
});

describe('with files in addition', () => {
  test('shows the state after the files were applied and all changes were made', async () => {
    const { server, flags } = await cluster({});
    const args = [...flags, '-f', WIDE, 'http://backend.shop/', '--from', 'shop/web'];
    const { hop } = await tracedData(...args, '-H', 'user: tester');
    expect(hop.env?.name).toBe('testers');
    const both = await tracedData(...args, ...USER);
    expect([
      both.hop.env?.name,
      both.hop.otherEnvs.map(({ env, reason }) => [env, reason]),
    ]).toEqual(['test-user', [['testers', 'later']]]);
    const { text } = await traced(...args);
    expect(text.split('\n')[0]).toBe(
      `On the cluster of context dev (${server.url}), with the files applied`,
    );
  });

  test('VirtualServices that concern no env are kept, too', async () => {
    const vs = objects.find(
      ({ kind, metadata }) => kind === 'VirtualService' && metadata.name === 'web',
    ) as KubeObject;
    const file = join(folder, 'other.yaml');
    const other = {
      ...vs,
      metadata: { name: 'other', namespace: 'far' },
      spec: { hosts: ['other'] },
    };
    writeFileSync(file, toYaml(other));
    const { flags } = await cluster({});
    const { hop } = await tracedData(
      ...flags,
      '-f',
      file,
      'http://web.shop/',
      '--from',
      'shop/web',
    );
    expect([hop.outcome, hop.virtualService]).toEqual(['pods', 'shop/web']);
  });
});

describe('missing rights', () => {
  const near = ({ namespace }: { namespace: string }) => namespace === 'shop';

  test('only one namespace may be read: the answer is from that namespace, and a note lists what may be missing', async () => {
    const { flags } = await cluster({ isDenied: (asked) => !near(asked) });
    const { code, hop, notes } = await tracedData(...flags, ...REQUEST);
    expect([code, hop.env?.name]).toEqual([0, 'test-user']);
    for (const what of ['virtualservices', 'destinationrules', 'services', 'deployments']) {
      expect(notes).toContainEqual(expect.stringContaining(`missing right: list ${what}`));
    }
    expect(notes).toContainEqual(expect.stringContaining('DynamicEnvs; envs without routes'));
  });

  test('at a gateway: reads the namespaces that the names contain', async () => {
    const urls = ['http://x.example.com/', 'http://backend.shop/'];
    const near = await cluster({ isDenied: ({ namespace }) => namespace !== 'shop' });
    const found = await tracedData(...near.flags, '--gateway', 'infra/gw', ...urls);
    expect(found.hop.outcome).toBe('unknown-host');
    const none = await cluster({ isDenied: () => true });
    expect(
      await refusalOf(traced(...none.flags, '--gateway', 'infra/gw', 'http://x.com/')),
    ).toMatch(/^ {2}list services in namespace infra$/m);
  });

  test('no rights at all: the error lists every right that is needed', async () => {
    const { flags } = await cluster({ isDenied: () => true });
    const message = await refusalOf(traced(...flags, ...REQUEST));
    for (const what of [
      'virtualservices.networking.istio.io',
      'destinationrules.networking.istio.io',
      'services',
      'deployments.apps',
    ]) {
      expect(message).toMatch(new RegExp(`^ {2}list ${what} .*shop`, 'm'));
    }
  });

  test('no rights are required for objects that are only mentioned', async () => {
    const { flags } = await cluster({
      isDenied: ({ resource }) =>
        resource.startsWith('sidecars') || resource.startsWith('gateways'),
      unserved: ['httproutes', 'serviceentries'],
    });
    const { code, notes } = await tracedData(...flags, ...REQUEST);
    expect(code).toBe(0);
    expect(notes).toEqual([
      expect.stringMatching(
        /^not looked for, because of missing rights: sidecars.networking.istio.io, gateways.networking.istio.io \("kubectl auth can-i /,
      ),
    ]);
  });

  test('a cluster without the definition of DynamicEnv', async () => {
    const plain = await livingCluster(SHOP);
    const { flags } = await cluster({
      objects: plain,
      unserved: ['dynamicenvs', 'routeinjections'],
    });
    const { code, hop, notes } = await tracedData(...flags, ...REQUEST);
    expect([code, hop.withoutEnvs, notes]).toEqual([
      0,
      undefined,
      ['DynamicEnv is not installed in this cluster'],
    ]);
  });
});
