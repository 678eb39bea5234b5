import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { type PodStandIn, startPods } from '../control-plane/pods.ts';
import { problem, until } from '../control-plane/poll.ts';
import { startProcess } from '../control-plane/process.ts';

const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager'];

let plane: ControlPlane;
let pods: PodStandIn;

beforeAll(async () => {
  plane = await startControlPlane({ users: { dora: ['developers'] } });
  pods = await startPods(plane.api, { startSeconds: 0, finishSeconds: 0 });
});

afterAll(async () => {
  pods?.stop();
  await plane?.stop();
});

const condition = (status: string) =>
  plane.kubectl(['wait', `--for=condition=Available=${status}`, 'deployment/x', '--timeout=30s']);

test('a user has only the permissions that RBAC gives, with a token and with impersonation', async () => {
  const kubeconfig = await plane.kubeconfigFor('dora', plane.tokens['dora'] ?? '');
  await plane.kubectl([
    'create',
    'rolebinding',
    'dora',
    '--clusterrole=view',
    '--group=developers',
  ]);
  const dora = ['--kubeconfig', kubeconfig];
  await until(10, () => problem(plane.kubectl(['get', 'pods', ...dora])));
  const words = 'cannot list resource "secrets"';
  await expect(plane.kubectl(['get', 'secrets', ...dora])).rejects.toThrow(words);
  await expect(plane.kubectl(['get', 'secrets', '--as=erik'])).rejects.toThrow(words);
});

test('a Deployment becomes available, then unavailable with failPods, and its deletion leaves no pod', async () => {
  await plane.kubectl(['create', 'deployment', 'x', '--image=x', '--replicas=2']);
  await condition('True');
  const lift = pods.failPods('default/x');
  await condition('False');
  lift();
  await condition('True');
  await plane.kubectl(['delete', 'deployment', 'x', '--cascade=foreground', '--timeout=30s']);
  expect(await plane.kubectl(['get', 'pods', '-o', 'name'])).toBe('');
});

test('the audit log contains user, verb and object of a request', async () => {
  const found = (await plane.auditLog()).find(
    ({ verb, objectRef }) => verb === 'create' && objectRef?.resource === 'deployments',
  );
  expect(found).toMatchObject({
    user: { username: 'admin' },
    objectRef: { name: 'x', namespace: 'default' },
    responseStatus: { code: 201 },
  });
});

test('the control plane works after the API server was killed and started again', async () => {
  await plane.restartApiServer();
  await plane.kubectl(['create', 'deployment', 'x', '--image=x']);
  await condition('True');
  await plane.kubectl(['delete', 'deployment', 'x', '--cascade=foreground', '--timeout=30s']);
});

async function pidOf(folder: string, program: string): Promise<number> {
  const file = join(folder, `${program}.pid`);
  await until(10, () => problem(access(file)));
  return Number(await readFile(file, 'utf8'));
}

const isGone = (pid: number) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

test('stop() ends all processes of a control plane and removes its folder', async () => {
  const other = await startControlPlane();
  const pids = await Promise.all(PROGRAMS.map((program) => pidOf(other.folder, program)));
  expect(pids.map(isGone)).toEqual([false, false, false]);
  await other.stop();
  expect(pids.map(isGone)).toEqual([true, true, true]);
  await expect(access(other.folder)).rejects.toThrow('ENOENT');
});

test('the control plane ends when the process that started it is killed', async () => {
  const module = new URL('../control-plane/control-plane.ts', import.meta.url);
  const code = `
    const { startControlPlane } = await import('${module.href}');
    console.log((await startControlPlane()).folder);
    setInterval(() => undefined, 1000);
  `;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', code]);
  const [line] = await once(owner.stdout, 'data');
  const folder = String(line).trim();
  const pids = await Promise.all(PROGRAMS.map((program) => pidOf(folder, program)));
  expect(pids.map(isGone)).toEqual([false, false, false]);
  owner.kill('SIGKILL');
  await until(10, async () => (pids.every(isGone) ? undefined : `still running: ${pids}`));
  await until(10, async () => (existsSync(folder) ? `${folder} is still there` : undefined));
});

test('stop() ends a program also when its folder was removed before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-e2e-'));
  const program = startProcess('sleeper', 'sleep', ['60'], folder);
  const pid = await pidOf(folder, 'sleeper');
  await rm(folder, { recursive: true });
  await program.stop();
  expect(isGone(pid)).toBe(true);
}, 20_000);
