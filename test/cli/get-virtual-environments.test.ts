import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { get } from '../../src/cli/get/get.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { type FakeServer, type FakeServerOptions, fakeApiServer } from './lib/api-server.ts';
import { type Previewed, recorder, refusalOf } from './lib/in-process.ts';
import { temporaryFolder, writeConfig } from './lib/kubeconfig.ts';
import { livingCluster } from './lib/living-cluster.ts';
import { STORE } from './lib/virtual-environments.ts';

jest.setTimeout(120_000);

const folder = temporaryFolder();
let objects: KubeObject[];
let servers: FakeServer[] = [];

beforeAll(async () => {
  objects = await livingCluster([STORE], { neverReady: ['store/stock-dev-proj1'] });
});
afterEach(async () => {
  await Promise.all(servers.map(({ close }) => close()));
  servers = [];
});
afterAll(() => rmSync(folder, { recursive: true }));

async function running(options: FakeServerOptions, args: string[]) {
  const server = await fakeApiServer({ groups: ['env.alibaba.com'], ...options });
  servers.push(server);
  const config = writeConfig(folder, 'config', { server: server.url, namespace: 'store' });
  const output = recorder();
  const all = ['virtual-environments', ...args, '--kubeconfig', config];
  return { server, output, code: get(all, output) };
}

async function got(options: FakeServerOptions, ...args: string[]): Promise<Previewed> {
  const { code, output } = await running(options, args);
  return { code: await code, text: output.text(), notes: output.notes() };
}

const TREE = `VirtualEnvironment store/store: ready
├─ Service orders: dev, dev.proj2
├─ Service stock: dev, dev.proj1 (not ready), dev.proj1.feature1
└─ Service storefront: dev, dev.proj1
`;

/** The VirtualEnvironment with another status or metadata. */
const changed = (status: object | undefined, metadata: object = {}) =>
  objects
    .filter(({ kind }) => kind === 'VirtualEnvironment')
    .map((object) => ({
      ...object,
      metadata: { ...object.metadata, ...metadata },
      ...(status === undefined ? {} : { status }),
    }));

const ready = { type: 'Ready', reason: 'Blocked', message: 'see the Services' };

describe('get virtual-environments', () => {
  test('the versions of each Service', async () => {
    expect(await got({ objects })).toEqual({ code: 0, text: TREE, notes: '' });
  });

  test.each<[string, object | undefined, object, string[]]>([
    [
      'not ready: why, and the messages of Services',
      {
        observedGeneration: 1,
        conditions: [{ ...ready, status: 'False' }],
        services: [{ name: 'orders', message: 'in the way' }],
        moreServices: 3,
      },
      {},
      [
        'VirtualEnvironment store/store: not ready, Blocked',
        '├─ see the Services',
        '├─ Service orders: no versions',
        '│  └─ in the way',
        '└─ … and 3 more Services',
      ],
    ],
    [
      'no status',
      {},
      {},
      [
        'VirtualEnvironment store/store: not ready, NoStatus',
        '└─ it has no status yet: check that Metacontroller is running and that there is a CompositeController virtual-environment; "kubectl describe virtualenvironment store -n store" shows errors',
      ],
    ],
    [
      'the status of an earlier spec',
      { observedGeneration: 1, conditions: [{ ...ready, status: 'True' }] },
      { generation: 2 },
      [
        'VirtualEnvironment store/store: not ready, NotObserved',
        '└─ the status is about an earlier version of the spec; if that does not change, "kubectl describe virtualenvironment store -n store" shows errors',
      ],
    ],
    [
      'being deleted',
      { observedGeneration: 1, conditions: [{ ...ready, status: 'True' }] },
      { deletionTimestamp: '2026-01-01T00:00:00Z' },
      ['VirtualEnvironment store/store: not ready, BeingDeleted', '└─ it is being deleted'],
    ],
  ])('%s', async (_, status, metadata, lines) => {
    const { code, text } = await got({ objects: changed(status, metadata) });
    expect([code, text.trimEnd().split('\n')]).toEqual([1, lines]);
  });

  test('none', async () => {
    expect(await got({ objects: [] })).toMatchObject({ code: 0, text: 'no VirtualEnvironments\n' });
  });

  test('-o json', async () => {
    const { code, text } = await got({ objects }, '-o', 'json');
    expect([code, JSON.parse(text)]).toEqual([
      0,
      {
        ready: true,
        virtualEnvironments: [
          expect.objectContaining({
            namespace: 'store',
            name: 'store',
            ready: true,
            reason: 'Routed',
          }),
        ],
        notes: [],
      },
    ]);
  });

  test('without the right to list all: those of the namespace, and a note', async () => {
    const isDenied = ({ namespace }: { namespace: string }) => namespace === '';
    const { code, text } = await got({ objects, isDenied });
    expect([code, text.startsWith(TREE)]).toEqual([0, true]);
    expect(text).toMatch(/VirtualEnvironments outside of namespace store/);
  });

  test.each<[string, FakeServerOptions, RegExp]>([
    ['no rights', { isDenied: () => true }, /list virtualenvironments\.env\.alibaba\.com/],
    [
      'not installed',
      { unserved: ['virtualenvironments'], groups: [] },
      /knows no VirtualEnvironments: is the kind virtual-environment installed there\?/,
    ],
  ])('%s', async (_, options, message) => {
    expect(await refusalOf((await running(options, [])).code)).toMatch(message);
  });
});
