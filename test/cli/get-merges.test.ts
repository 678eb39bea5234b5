import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { get } from '../../src/cli/get/get.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { type FakeServer, type FakeServerOptions, fakeApiServer } from './lib/api-server.ts';
import { type Previewed, recorder, refusalOf } from './lib/in-process.ts';
import { temporaryFolder, writeConfig } from './lib/kubeconfig.ts';
import { livingCluster } from './lib/living-cluster.ts';
import { MISTAKE, MP101, NO_TARGET, OTHER_GROUP, STABLE } from './lib/merges.ts';

jest.setTimeout(120_000);

const GROUP = 'istiomerger.monime.sl';
const folder = temporaryFolder();
let objects: KubeObject[];
let servers: FakeServer[] = [];

beforeAll(async () => {
  objects = await livingCluster([STABLE, MP101, OTHER_GROUP, MISTAKE, NO_TARGET]);
});
afterEach(async () => {
  await Promise.all(servers.map(({ close }) => close()));
  servers = [];
});
afterAll(() => rmSync(folder, { recursive: true }));

async function running(options: FakeServerOptions, args: string[]) {
  const server = await fakeApiServer(options);
  servers.push(server);
  const config = writeConfig(folder, 'config', { server: server.url, namespace: 'services' });
  const output = recorder();
  return { server, output, code: get(['merges', ...args, '--kubeconfig', config], output) };
}

async function got(options: FakeServerOptions, ...args: string[]): Promise<Previewed> {
  const { code, output } = await running(options, args);
  return { code: await code, text: output.text(), notes: output.notes() };
}

async function refused(options: FakeServerOptions, ...args: string[]): Promise<string> {
  return refusalOf((await running(options, args)).code);
}

const merged = () => objects.filter(({ metadata }) => metadata.name === 'payment-service-mp-101');
const isMerge = ({ resource }: { resource: string }) => resource.startsWith('virtualservicemerges');

describe('get merges', () => {
  test('by target: the state, the reason, and what to do', async () => {
    const { code, text } = await got({ objects });
    expect(code).toBe(1);
    const lines = text.split('\n').map((line) => line.replace(/weigth: .*/, 'weigth: …'));
    expect(lines).toEqual([
      'VirtualService services/not-there',
      '└─ merge services/early: not merged, TargetNotFound',
      '   └─ VirtualService services/not-there does not exist: create it, or correct spec.target; the routes are merged as soon as it exists',
      'VirtualService services/payment-service',
      '├─ merge services/mistake: not merged, Invalid',
      '│  └─ not accepted (Invalid): spec.patch.http[0].route[0].weigth: …',
      '├─ merge services/payment-service-mp-101: merged',
      '└─ merge services/payment-service-mp-101 of istiomerge.monime.sl: merged',
      expect.stringMatching(/^ {3}├─ conflicted: http route http\[0\] has no match/),
      expect.stringMatching(/^ {3}└─ the merge is valid, but only http, tcp and tls are merged/),
      '',
    ]);
  });

  test('exit code 0 if all are merged, also if there is none', async () => {
    expect((await got({ objects: merged() })).code).toBe(0);
    expect(await got({ objects: [] })).toEqual({
      code: 0,
      text: 'no VirtualServiceMerges\n',
      notes: '',
    });
  });

  test('-n: only that namespace is read', async () => {
    const { server, output, code } = await running({ objects, groups: [GROUP] }, ['-n', 'shop']);
    expect([await code, output.text()]).toEqual([0, 'no VirtualServiceMerges\n']);
    expect(server.asked).not.toContain('list virtualservicemerges.istiomerger.monime.sl');
    expect(server.asked).toContain('list virtualservicemerges.istiomerger.monime.sl shop');
  });

  test('-o json: all conditions', async () => {
    const { code, text } = await got({ objects: merged() }, '-o', 'json');
    const { merges, ...rest } = JSON.parse(text);
    expect([code, rest]).toEqual([0, { merged: true, notes: [] }]);
    expect(merges[0]).toMatchObject({
      group: GROUP,
      namespace: 'services',
      name: 'payment-service-mp-101',
      target: 'services/payment-service',
      merged: true,
      reason: 'Merged',
      warnings: [],
    });
    expect(merges[0].conditions).toHaveLength(4);
  });

  test.each<[string, object, string]>([
    ['no status', { status: undefined }, 'NoStatus'],
    ['a status of an earlier version', { metadata: { generation: 7 } }, 'NotObserved'],
    ['being deleted', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }, 'BeingDeleted'],
  ])('not merged: %s', async (_, change, reason) => {
    const [one] = merged().filter(({ kind }) => kind === 'VirtualServiceMerge');
    if (one === undefined) throw new Error('there is a merge');
    const metadata = { ...one.metadata, ...(change as Partial<KubeObject>).metadata };
    const { code, text } = await got({ objects: [{ ...one, ...change, metadata }] });
    expect([code, text]).toEqual([1, expect.stringContaining(`: not merged, ${reason}\n`)]);
  });

  test('without the right for all namespaces, those of the context: a note', async () => {
    const isDenied: FakeServerOptions['isDenied'] = (asked) =>
      isMerge(asked) && asked.namespace === '';
    const { code, text } = await got({ objects: merged(), isDenied, groups: [GROUP] });
    expect([code, text.split('\n').slice(0, 2)]).toEqual([
      0,
      [
        'VirtualService services/payment-service',
        '└─ merge services/payment-service-mp-101: merged',
      ],
    ]);
    expect(text).toContain(
      'not read, because of a missing right: list virtualservicemerges.istiomerger.monime.sl in all namespaces (user "jane"): VirtualServiceMerges outside of namespace services\n',
    );
  });

  test('errors: the kind is not installed; the right is missing', async () => {
    const unknown =
      'the cluster of context dev knows no VirtualServiceMerges: is the kind virtual-service-merge installed there?';
    expect(await refused({ unserved: ['virtualservicemerges'] })).toBe(unknown);
    expect(await refused({ isDenied: isMerge })).toBe(unknown);
    expect(await refused({ isDenied: isMerge, groups: [GROUP] })).toContain(
      '\n  list virtualservicemerges.istiomerger.monime.sl in all namespaces\n',
    );
    expect(await refused({ isDenied: isMerge, groups: [GROUP] }, '-n', 'shop')).toContain(
      '\n  list virtualservicemerges.istiomerger.monime.sl in namespace shop\n',
    );
  });
});

test('an env with the name merges is de/merges; --namespace is for merges', async () => {
  const server = await fakeApiServer({ objects: [] });
  servers.push(server);
  const config = writeConfig(folder, 'config', { server: server.url });
  const run = (...args: string[]) => refusalOf(get([...args, '--kubeconfig', config], recorder()));
  expect(await run('de/merges')).toMatch(/^no DynamicEnv "merges" in the cluster/);
  expect(await run('test-user', '-n', 'shop')).toBe(
    '--namespace is for "get merges" and "get virtual-environments"; a DynamicEnv is in no namespace',
  );
});
