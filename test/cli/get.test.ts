import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { DynamicEnv, DynamicEnvStatus } from '../../src/api/dynamicenv.ts';
import { get } from '../../src/cli/get/get.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { parseYaml } from '../../src/k8s/yaml.ts';
import { type FakeServer, type FakeServerOptions, fakeApiServer } from './lib/api-server.ts';
import { type Previewed, recorder, refusalOf } from './lib/in-process.ts';
import { temporaryFolder, writeConfig } from './lib/kubeconfig.ts';
import { livingCluster } from './lib/living-cluster.ts';

jest.setTimeout(60_000);

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const SHOP = path('../../examples/shop');
const CROWDED = path('./fixtures/crowded');

const folder = temporaryFolder();
let shop: KubeObject[];
let crowded: KubeObject[];
let servers: FakeServer[] = [];

beforeAll(async () => {
  [shop, crowded] = await Promise.all([livingCluster([SHOP]), livingCluster([CROWDED])]);
});
afterEach(async () => {
  await Promise.all(servers.map(({ close }) => close()));
  servers = [];
});
afterAll(() => rmSync(folder, { recursive: true }));

async function serverWith(
  options: FakeServerOptions,
): Promise<{ server: FakeServer; flags: string[] }> {
  const server = await fakeApiServer(options);
  servers.push(server);
  return { server, flags: ['--kubeconfig', writeConfig(folder, 'config', { server: server.url })] };
}

async function got(options: FakeServerOptions, ...args: string[]): Promise<Previewed> {
  const { flags } = await serverWith(options);
  const output = recorder();
  const code = await get([...args, ...flags], output);
  return { code, text: output.text(), notes: output.notes() };
}

async function refused(options: FakeServerOptions, ...args: string[]): Promise<string> {
  const { flags } = await serverWith(options);
  return refusalOf(get([...args, ...flags], recorder()));
}

/** These objects, with a change to the only env among them. */
function changed(change: (env: DynamicEnv) => object): KubeObject[] {
  return shop.map((object) =>
    object.kind === 'DynamicEnv' ? (change(object as DynamicEnv) as KubeObject) : object,
  );
}

const withStatus = (status: Partial<DynamicEnvStatus>) =>
  changed((env) => ({ ...env, status: { ...env.status, ...status } }));

const hashless = (text: string) => text.replace(/-[0-9a-f]{10}\b/g, '-#');

describe('the tree', () => {
  test('of a ready env: workloads, subset, routes by VirtualService, conditions; only the needed objects are read', async () => {
    const { server, flags } = await serverWith({ objects: shop });
    const output = recorder();
    expect(await get(['test-user', ...flags], output)).toBe(0);
    expect(
      hashless(output.text()),
    ).toBe(`DynamicEnv test-user is ready, requests with user=test-user
├─ subset shop/backend
│  ├─ Deployment shop/backend-test-user: running
│  ├─ DestinationRule shop/backend-test-user-backend-#: running
│  └─ VirtualService shop/backend: running
│     ├─ before route reports: to backend, subset backend-test-user
│     └─ before route everything-else: to backend, subset backend-test-user
└─ conditions
   ├─ Ready          True    matching requests reach the clones
   ├─ WorkloadsReady True    all clones run
   ├─ RoutesInjected True    every subset has its routes
   ├─ Guarded        True    every known route names a subset
   ├─ Conflicting    False   no other env takes the same requests first
   ├─ Reconciling    False   matching requests reach the clones
   └─ Stalled        False   nothing blocks this env
`);
    expect(server.asked).toEqual([
      'get dynamicenvs.riskified.com test-user',
      'list virtualservices.networking.istio.io',
    ]);
  });

  test('of an env that is not ready: what to do, each advice once', async () => {
    const { code, text } = await got({ objects: crowded }, 'bob');
    expect(code).toBe(1);
    const [, advice = ''] = text.split('└─ what to do\n');
    expect(text).toContain('DynamicEnv bob is degraded');
    expect(advice).toMatch(/^ {3}├─ not guarded: .* name the subset shared there$/m);
    expect(advice).toMatch(/conflicting: .*env "alice" takes the same requests first/);
    const lines = advice.trimEnd().split('\n');
    expect(new Set(lines).size).toBe(lines.length);
  });

  test("a route before a user's route without a name: named by the position of that route among the user's routes", async () => {
    const objects = crowded.map((object) =>
      object.kind === 'VirtualService'
        ? (JSON.parse(JSON.stringify(object).replace('"name":"rest",', '')) as KubeObject)
        : object,
    );
    const { text } = await got({ objects }, 'alice');
    expect(text).toMatch(/^│ {5}└─ before route 4: to backend, subset backend-alice$/m);
  });

  test('of an env with events: the phase of its consumers, and what it waits for', async () => {
    const objects = await livingCluster([path('../../examples/messages/manifests')]);
    const { text } = await got({ objects }, 'mp-101');
    expect(text).toMatch(/─ messages: Live, incarnation [0-9a-f]{10}$/m);
    const joining = objects.map((object) => {
      const { status, ...env } = object as DynamicEnv;
      const workload = status?.subsetsStatus?.['shop/order-service'];
      if (object.kind !== 'DynamicEnv' || workload === undefined) return object;
      const events = { phase: 'Joining', incarnation: '0123456789', message: 'its pods start' };
      const subsetsStatus = { 'shop/order-service': { ...workload, events } };
      return { ...env, status: { ...status, subsetsStatus } } as KubeObject;
    });
    const { text: later } = await got({ objects: joining }, 'mp-101');
    expect(later).toContain('messages: Joining, incarnation 0123456789: its pods start\n');
  });

  test('colours: green, yellow, red', async () => {
    const marked = async (objects: KubeObject[], name: string) => {
      const { flags } = await serverWith({ objects });
      const output = recorder(true);
      await get([name, ...flags], output);
      return output.text();
    };
    const green = await marked(shop, 'test-user');
    expect(green).toContain('[bold DynamicEnv test-user] is [green ready]');
    expect(green).toContain('Deployment shop/backend-test-user: [green running]');
    expect(await marked(crowded, 'bob')).toContain('is [red degraded]');
    expect(
      await marked(withStatus({ state: 'processing', conditions: [] }), 'test-user'),
    ).toContain('is [yellow processing]');
  });
});

describe('what to do', () => {
  test.each<[string, () => KubeObject[], string]>([
    [
      'no status yet',
      () => changed(({ status: _, ...env }) => env),
      'it has no status yet: check that Metacontroller is running and that there is a CompositeController dynamicenv; "kubectl describe de test-user" shows errors',
    ],
    [
      'the status is about an earlier spec',
      () => changed((env) => ({ ...env, metadata: { ...env.metadata, generation: 9 } })),
      'the status is about an earlier spec; if that does not change, "kubectl describe de test-user" shows errors',
    ],
    [
      'it is being deleted',
      () =>
        changed((env) => ({
          ...env,
          metadata: { ...env.metadata, deletionTimestamp: '2020-01-02T00:00:00Z' },
        })),
      'it is being deleted since 2020-01-02T00:00:00Z\n',
    ],
    [
      'its deletion is stuck',
      () =>
        changed((env) => ({
          ...env,
          metadata: { ...env.metadata, deletionTimestamp: '2020-01-02T00:00:00Z' },
          status: {
            ...env.status,
            conditions: [{ type: 'Stalled', status: 'True', message: 'held up by a' }],
          },
        })),
      'it is being deleted since 2020-01-02T00:00:00Z; "kubectl annotate de test-user riskified.com/force-removal=true" stops the wait for the removal of its routes\n',
    ],
    [
      'pods do not come',
      () =>
        withStatus({
          consumersStatus: {
            'shop/worker': { namespace: 'shop', name: 'worker-a', status: 'failed' },
          },
        }),
      'Deployment shop/worker-a is failed: "kubectl -n shop describe deployment worker-a" and "kubectl -n shop logs deployment/worker-a" show why',
    ],
    [
      'pods do not come, in the format of an earlier version',
      () =>
        withStatus({
          consumersStatus: {
            'shop/worker': {
              deployment: { namespace: 'shop', name: 'worker-a', status: 'failed' },
            },
          },
        }),
      'Deployment shop/worker-a is failed: "kubectl -n shop describe deployment worker-a" and "kubectl -n shop logs deployment/worker-a" show why',
    ],
    [
      'something is not ready yet',
      () =>
        withStatus({
          state: 'processing',
          conditions: [
            { type: 'Ready', status: 'False', message: 'the routes are on their way' },
          ] as never,
        }),
      'what to do\n   └─ the routes are on their way\n',
    ],
  ])('%s', async (name, objects, told) => {
    const { code, text } = await got({ objects: objects() }, 'test-user');
    expect([name, code]).toEqual([name, name.startsWith('pods do not come') ? 0 : 1]);
    expect(text).toContain(told);
  });
});

describe('for programs', () => {
  test('-o json and -o yaml have the same content', async () => {
    const json = await got({ objects: shop }, 'test-user', '-o', 'json');
    const yaml = await got({ objects: shop }, 'test-user', '--output=yaml');
    const report = JSON.parse(json.text);
    expect(parseYaml(yaml.text).map(({ value }) => value)).toEqual([report]);
    expect(report).toMatchObject({
      name: 'test-user',
      ready: true,
      state: 'ready',
      version: 'test-user',
      match: 'user=test-user',
      workloads: [
        {
          kind: 'subset',
          base: 'shop/backend',
          deployment: { namespace: 'shop', name: 'backend-test-user', status: 'running' },
          destinationRules: [{ status: 'running' }],
          virtualServices: [
            { name: 'backend', routes: [{ before: 'reports' }, { before: 'everything-else' }] },
          ],
        },
      ],
      advice: [],
    });
    expect(report.conditions.map(({ type }: { type: string }) => type)).toContain('Ready');
  });
});

describe('missing rights', () => {
  test('without VirtualServices of all namespaces: reads those that the status names', async () => {
    const { server, flags } = await serverWith({
      objects: shop,
      isDenied: ({ resource, namespace }) =>
        resource.startsWith('virtualservices') && namespace === '',
    });
    const output = recorder();
    expect(await get(['test-user', ...flags], output)).toBe(0);
    expect(server.asked).toContain('list virtualservices.networking.istio.io shop');
    expect(output.text()).toContain('before route reports');
    expect(output.text()).toContain(
      'not read, because of a missing right: list virtualservices.networking.istio.io in all namespaces (user "jane"): routes of VirtualServices outside of shop',
    );
  });

  test('without any VirtualServices: shows the rest', async () => {
    const denied = await got(
      { objects: shop, isDenied: ({ resource }) => resource.startsWith('virtualservices') },
      'test-user',
    );
    expect([denied.code, denied.text]).toEqual([
      0,
      expect.stringContaining('(user "jane"): routes of VirtualServices\n'),
    ]);
    const unserved = await got({ objects: shop, unserved: ['virtualservices'] }, 'test-user');
    expect(unserved.text).toContain('this cluster has no VirtualServices: is Istio installed?');
  });

  test('without the env itself: an error', async () => {
    expect(
      await refused({ objects: shop, isDenied: ({ verb }) => verb === 'get' }, 'test-user'),
    ).toBe(`rights of user "jane" are missing in the cluster of context dev:
  get dynamicenvs.riskified.com, by a ClusterRole
ask its administrator for them, or choose another --context; check a right with "kubectl auth can-i get dynamicenvs.riskified.com"`);
  });
});

describe('errors', () => {
  test('no such env', async () => {
    expect(await refused({ objects: shop }, 'nobody')).toBe(
      'no DynamicEnv "nobody" in the cluster of context dev; "kubectl get de" lists them',
    );
  });

  test('the cluster does not serve DynamicEnvs', async () => {
    expect(await refused({ objects: shop, unserved: ['dynamicenvs'] }, 'a')).toBe(
      'the cluster of context dev knows no DynamicEnvs: is DynamicEnv installed there?',
    );
  });

  test.each<[string[], string]>([
    [[], 'NAME of the DynamicEnv is missing ("kubectl get de" lists them); see --help'],
    [['a', 'b'], "Unexpected argument 'b'; see --help"],
    [['a', '-o', 'wide'], '-o: expected one of text, yaml, json, got "wide"'],
    [['a', '--port=1'], "Unknown option '--port'; see --help"],
  ])('%j', async (args, message) => {
    expect(await refusalOf(get(args, recorder()))).toBe(message);
  });
});
