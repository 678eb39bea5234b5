import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { PLAN_ANNOTATION } from '../../src/api/marks.ts';
import { mergedRouteName } from '../../src/api/merged-route-name.ts';
import { mergeRefOf } from '../../src/api/virtualservicemerge.ts';
import { mergeAdopt } from '../../src/cli/merge-adopt/merge-adopt.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { toYaml } from '../../src/k8s/yaml.ts';
import { type FakeServer, type FakeServerOptions, fakeApiServer } from './lib/api-server.ts';
import { recorder, refusalOf } from './lib/in-process.ts';
import { temporaryFolder, writeConfig } from './lib/kubeconfig.ts';
import { runProgram } from './lib/program.ts';

jest.setTimeout(60_000);

const folder = temporaryFolder();
let server: FakeServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

const FINALIZER = 'istiomerger.monime.sl-finalizer';
const to = (host: string) => [{ destination: { host } }];

function virtualService(name: string, spec: object, namespace = 'services'): KubeObject {
  const apiVersion = 'networking.istio.io/v1';
  const object = { kind: 'VirtualService', metadata: { name, namespace }, spec };
  return { apiVersion, ...object } as KubeObject;
}

function merge(name: string, spec: object, more: object = {}): KubeObject {
  const apiVersion = 'istiomerger.monime.sl/v1alpha1';
  const metadata = { name, namespace: 'services', finalizers: [FINALIZER], ...more };
  return { apiVersion, kind: 'VirtualServiceMerge', metadata, spec } as KubeObject;
}

const BRANCH = {
  match: [{ headers: { 'x-service-route': { regex: '^a(?:::.*)?$' } } }],
  route: to('payment-service-mp-101'),
};
const OBJECTS = [
  virtualService('payment-service', {
    hosts: ['payment-service'],
    http: [
      { name: 'payment-service-mp-101', ...BRANCH },
      { name: 'stable', route: to('payment-service') },
    ],
  }),
  merge('payment-service-mp-101', {
    target: { name: 'payment-service' },
    patch: { http: [{ name: 'payment-service-mp-101', ...BRANCH }] },
  }),
];

const SCRIPT = `\
# VirtualServiceMerges: 1; the operator's routes: 1, its finalizers: 1; routes to look at: 0
# Before you run this: stop the operator (it would write the routes again), and let DynamicEnv merge the same routes.
# A command fails ("The request is invalid") if what it takes out has changed since: then call merge-adopt again.
set -e

# VirtualService services/payment-service
#   http route 1 payment-service-mp-101: taken out, merged by services/payment-service-mp-101
#   ! DynamicEnv has not merged services/payment-service-mp-101 yet: without the operator's routes its requests go to the other routes
kubectl patch virtualservices.networking.istio.io/payment-service --namespace=services --type=json '--patch=[{"op":"test","path":"/spec/http/0","value":{"name":"payment-service-mp-101","match":[{"headers":{"x-service-route":{"regex":"^a(?:::.*)?$"}}}],"route":[{"destination":{"host":"payment-service-mp-101"}}]}},{"op":"remove","path":"/spec/http/0"}]'

# VirtualServiceMerge services/payment-service-mp-101: the operator's finalizer
kubectl patch virtualservicemerges.istiomerger.monime.sl/payment-service-mp-101 --namespace=services --type=json '--patch=[{"op":"test","path":"/metadata/finalizers/0","value":"istiomerger.monime.sl-finalizer"},{"op":"remove","path":"/metadata/finalizers/0"}]'
`;

const manifests = (objects: readonly KubeObject[]) => objects.map(toYaml).join('---\n');

async function adopted(objects: readonly KubeObject[]) {
  const file = join(folder, 'objects.yaml');
  writeFileSync(file, manifests(objects));
  const output = recorder();
  const code = await mergeAdopt(['-f', file], output);
  return { code, text: output.text(), notes: output.notes() };
}

describe('merge-adopt with files', () => {
  test('prints the script', async () => {
    const outcome = await runProgram(['merge-adopt', '-f', '-'], { input: manifests(OBJECTS) });
    expect(outcome).toEqual({ code: 0, stdout: SCRIPT, stderr: '' });
  });

  test('exit code 1 if there is a route to look at, which stays', async () => {
    const [, one] = OBJECTS;
    const own = { name: 'payment-service-mp-101', route: to('mine') };
    const target = virtualService('payment-service', { hosts: ['a'], http: [own] });
    const { code, text } = await adopted([target, one as KubeObject]);
    expect(code).toBe(1);
    expect(text).toContain(
      '#   http route 1 payment-service-mp-101: stays, look at it: it has the name of a merged route, but another content (services/payment-service-mp-101)\n',
    );
    expect(text).not.toContain('kubectl patch virtualservices');
    expect(text).toContain('kubectl patch virtualservicemerges');
  });

  test('says what is not there, and which VirtualService would have no route left', async () => {
    const [, one] = OBJECTS;
    const target = virtualService('payment-service', {
      hosts: ['a'],
      http: [{ name: 'payment-service-mp-101', ...BRANCH }],
    });
    const { text } = await adopted([
      target,
      { ...one, apiVersion: 'istiomerge.monime.sl/v1alpha1' } as KubeObject,
      merge('lost', { target: { name: 'none' }, patch: {} }, { finalizers: [] }),
      merge(
        'aimless',
        { target: {}, patch: {} },
        { finalizers: ['other', FINALIZER], deletionTimestamp: 'x' },
      ),
    ]);
    expect(text).toContain('#   ! no other route is left: Istio refuses the command until');
    expect(text).toContain('virtualservicemerges.istiomerge.monime.sl/payment-service-mp-101');
    expect(text).toContain('services/lost: its target services/none is not among the');
    expect(text).toContain('services/aimless: names no target; no routes to take out');
    expect(text).toContain('services/aimless, which is being deleted: the operator');
    expect(text).toContain('"path":"/metadata/finalizers/1"');
  });

  test('nothing to take out: only the number, and no command', async () => {
    expect(await adopted([])).toEqual({
      code: 0,
      text: "# VirtualServiceMerges: 0; the operator's routes: 0, its finalizers: 0; routes to look at: 0\n",
      notes: '',
    });
  });

  test('no warning once this system has the same routes', async () => {
    const tcp = [{ match: [{ port: 9 }], route: to('db') }];
    const http = [{ name: 'a-1', ...BRANCH }];
    const one = merge('m', { target: { name: 'payment-service' }, patch: { tcp, http } });
    const ref = mergeRefOf(one);
    const name = mergedRouteName('services/payment-service', ref, 'a-1');
    const target = virtualService('payment-service', {
      hosts: ['a'],
      http: [{ name, ...BRANCH }, ...http],
      tcp,
    });
    const planned = { ...ref, uid: 'u', generation: 1, created: 'x', http, tcp };
    const plan = JSON.stringify({ injections: [], notes: [], merges: [planned] });
    target.metadata.annotations = { [PLAN_ANNOTATION]: plan };
    const { text } = await adopted([target, one]);
    expect(text).toContain('#   http route 2 a-1: taken out, merged by services/m\n');
    expect(text).toContain('#   tcp route 1: taken out, merged by services/m\n');
    expect(text).not.toContain('has not merged');
    expect(text).toContain('#   ! if this VirtualService had routes of its own');
  });

  test.each([
    [[], 'give -f FILE or --from-cluster; see --help'],
    [['-f', 'a', '--context', 'x'], '--context needs --from-cluster; see --help'],
    [['-f', 'a', '--from-cluster'], 'give -f FILE or --from-cluster, not both'],
    [['-n', 'A', '-f', 'a'], '--namespace: expected the name of a namespace, got "A"'],
    [['x', '-f', 'a'], "Unexpected argument 'x'; see --help"],
    [['-f', '/nowhere'], '/nowhere: no such file or directory'],
  ])('%j is refused', async (args, message) => {
    expect(await refusalOf(mergeAdopt(args, recorder()))).toBe(message);
  });
});

describe('the script', () => {
  test('gives kubectl the words as they are, whatever the objects are called', async () => {
    const nasty = `it's $(touch x) \`y\` "z"\n; rm -rf \\n`;
    const route = { name: `${nasty}-1`, route: to(nasty) };
    const target = virtualService(nasty, { hosts: ['a'], http: [route] }, "a'b");
    const { text } = await adopted([
      target,
      merge('m', { target: { name: nasty, namespace: "a'b" }, patch: { http: [route] } }),
    ]);
    const log = join(folder, 'log');
    const kubectl = join(folder, 'kubectl');
    writeFileSync(log, '');
    writeFileSync(
      kubectl,
      `#!${process.execPath}\nrequire('node:fs').appendFileSync(process.env.LOG, JSON.stringify(process.argv.slice(2)) + '\\n');\n`,
    );
    chmodSync(kubectl, 0o755);
    const ran = spawnSync('/bin/sh', ['-s'], {
      input: text,
      cwd: folder,
      env: { PATH: `${folder}:/usr/bin:/bin`, LOG: log },
      encoding: 'utf8',
    });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, '', '']);
    const calls = readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as string[]);
    expect(calls.map((words) => words.slice(0, 4))).toEqual([
      ['patch', `virtualservices.networking.istio.io/${nasty}`, "--namespace=a'b", '--type=json'],
      [
        'patch',
        'virtualservicemerges.istiomerger.monime.sl/m',
        '--namespace=services',
        '--type=json',
      ],
    ]);
    expect(JSON.parse(calls[0]?.[4]?.slice('--patch='.length) ?? '')).toEqual([
      { op: 'test', path: '/spec/http/0', value: route },
      { op: 'remove', path: '/spec/http/0' },
    ]);
  });
});

describe('merge-adopt --from-cluster', () => {
  async function onCluster(options: FakeServerOptions, ...args: string[]) {
    server = await fakeApiServer(options);
    const file = writeConfig(folder, 'config', { server: server.url });
    const output = recorder();
    const flags = ['--from-cluster', '--kubeconfig', file];
    const code = await mergeAdopt([...flags, ...args], output);
    return {
      code,
      text: output.text().replaceAll(` --kubeconfig=${file}`, ''),
      notes: output.notes(),
    };
  }

  test('prints the same script, with the given kubeconfig, and only reads', async () => {
    expect(await onCluster({ objects: OBJECTS })).toEqual({ code: 0, text: SCRIPT, notes: '' });
    expect(server?.asked.sort()).toEqual([
      'list virtualservicemerges.istiomerge.monime.sl',
      'list virtualservicemerges.istiomerger.monime.sl',
      'list virtualservices.networking.istio.io',
    ]);
  });

  test('the merges of one namespace; VirtualServices where they may be read', async () => {
    const { code, text, notes } = await onCluster(
      {
        objects: OBJECTS,
        isDenied: ({ resource, namespace }) =>
          namespace === '' || (resource.startsWith('virtualservicem') && namespace !== 'services'),
      },
      '-n',
      'services',
    );
    expect([code, text]).toEqual([0, SCRIPT]);
    expect(notes).toMatch(
      /^not read, because of a missing right: list virtualservices.* VirtualServices outside of namespaces services; routes that were left there are not found\n$/,
    );
  });

  test('exit code 2 if merges must not be listed', async () => {
    const denied = onCluster({ objects: OBJECTS, isDenied: () => true });
    expect(await refusalOf(denied)).toMatch(
      /^rights of user "jane" are missing .*\n {2}list virtualservicemerges\.istiomerger\.monime\.sl/,
    );
  });

  test('exit code 2 if the cluster knows no merges', async () => {
    const unserved = onCluster({ unserved: ['virtualservicemerges'] });
    expect(await refusalOf(unserved)).toMatch(/does not serve VirtualServiceMerges: neither/);
  });
});
