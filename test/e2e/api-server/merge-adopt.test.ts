import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { runProgram } from '../../cli/lib/program.ts';
import { type Command, command } from '../control-plane/commands.ts';
import type { Cluster } from '../control-plane/control-plane.ts';
import { problem } from '../control-plane/poll.ts';
import { suiteCluster } from './lib/suite-cluster.ts';

const NAMESPACE = 'merge-adopt';
const FINALIZER = 'istiomerger.monime.sl-finalizer';

let cluster: Cluster;
/** A shell in which `kubectl` is that of the suite. */
let shell: Command;

const to = (host: string) => [{ destination: { host } }];
const BRANCH = {
  match: [{ headers: { 'x-service-route': { regex: `^it's "a"\\.(?:::.*)?$` } } }],
  route: to('branch'),
};
const STABLE = { name: 'stable', route: to('shop') };
const DATABASE = { match: [{ port: 5432 }], route: to('db') };

/** As the operator leaves them: its routes have the names that it gives, and what it does not know is gone. */
const OBJECTS: KubeObject[] = [
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'shop', namespace: NAMESPACE },
    spec: {
      hosts: ['shop'],
      http: [
        { name: 'branch-101', ...BRANCH, timeout: '0.500s' },
        { ...BRANCH, name: 'm-0' },
        STABLE,
      ],
      tcp: [DATABASE],
    },
  } as KubeObject,
  {
    apiVersion: 'istiomerger.monime.sl/v1alpha1',
    kind: 'VirtualServiceMerge',
    metadata: { name: 'm', namespace: NAMESPACE, finalizers: ['example.com/other', FINALIZER] },
    spec: {
      target: { name: 'shop' },
      patch: {
        http: [{ name: 'branch-101', ...BRANCH, timeout: '500ms' }, BRANCH],
        tcp: [DATABASE],
      },
    },
  } as KubeObject,
];

beforeAll(async () => {
  cluster = await suiteCluster();
  await cluster.kubectl(['create', 'namespace', NAMESPACE]);
  await cluster.kubectl(['apply', '-f', '-'], {
    input: { apiVersion: 'v1', kind: 'List', items: OBJECTS },
  });
  const bin = join(cluster.folder, 'merge-adopt-bin');
  await mkdir(bin);
  await symlink(cluster.binaries.programs.kubectl, join(bin, 'kubectl'));
  const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
  shell = command('/bin/sh', { KUBECONFIG: cluster.kubeconfig, HOME: cluster.folder, PATH: path });
});

async function script(): Promise<string> {
  const args = ['merge-adopt', '--from-cluster', '-n', NAMESPACE];
  const { stdout, stderr } = await runProgram(args, { env: { KUBECONFIG: cluster.kubeconfig } });
  expect(stderr).toBe('');
  const file = join(cluster.folder, 'adopt.sh');
  await writeFile(file, stdout);
  return file;
}

async function read(resource: string): Promise<KubeObject & { spec: Record<string, unknown> }> {
  return JSON.parse(await cluster.kubectl(['-n', NAMESPACE, 'get', resource, '-o', 'json']));
}

test('a route that has changed since stops the script, and nothing is written', async () => {
  const file = await script();
  const patch = JSON.stringify([{ op: 'add', path: '/spec/http/1/timeout', value: '7s' }]);
  await cluster.kubectl(['-n', NAMESPACE, 'patch', 'vs', 'shop', '--type=json', '-p', patch]);
  expect(await problem(shell([file]))).toMatch(/The request is invalid/);
  const { spec } = await read('virtualservices.networking.istio.io/shop');
  expect(spec['http']).toHaveLength(3);
  expect(
    (await read('virtualservicemerges.istiomerger.monime.sl/m')).metadata.finalizers,
  ).toHaveLength(2);
});

test('the script takes out the routes and the finalizer, and leaves the others', async () => {
  await shell([await script()]);
  const { spec } = await read('virtualservices.networking.istio.io/shop');
  expect(spec).toEqual({
    hosts: ['shop'],
    // Its content has changed, so it stays.
    http: [{ ...BRANCH, name: 'm-0', timeout: '7s' }, STABLE],
    tcp: [],
  });
  const { metadata } = await read('virtualservicemerges.istiomerger.monime.sl/m');
  expect(metadata.finalizers).toEqual(['example.com/other']);
});

test('a second time there is nothing left to take out', async () => {
  const { code, stdout } = await runProgram(['merge-adopt', '--from-cluster', '-n', NAMESPACE], {
    env: { KUBECONFIG: cluster.kubeconfig },
  });
  expect([code, stdout.includes('kubectl')]).toEqual([1, false]);
  const patch = JSON.stringify([{ op: 'remove', path: '/metadata/finalizers' }]);
  await cluster.kubectl([
    '-n',
    NAMESPACE,
    'patch',
    'virtualservicemerges.istiomerger.monime.sl',
    'm',
    '--type=json',
    '-p',
    patch,
  ]);
});
