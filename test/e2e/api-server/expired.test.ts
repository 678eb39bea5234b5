import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DynamicEnvStatus } from '../../../src/api/dynamicenv.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import { command } from '../control-plane/commands.ts';
import { problem, until } from '../control-plane/poll.ts';
import { type PermissionValues, renderPermissions } from '../lib/policies.ts';
import { envOf, type Guarded, send, startGuarded, workload } from './lib/guarded.ts';

const VALUES: PermissionValues = { expired: { deleteAfter: '1d', image: 'example.com/kubectl:1' } };
const JOB = 'system:serviceaccount:default:dynamicenv-expired';
const RENEWED = 'riskified.com/renewed-at';

interface Pod {
  spec: { containers: { args: string[]; env: { name: string; value: string }[] }[] };
}
interface CronJob extends KubeObject {
  spec: { jobTemplate: { spec: { template: Pod } } };
}

let guarded: Guarded;
let pod: Pod;
/** Runs the script of the rendered CronJob, with kubectl as its service account. */
let run: () => Promise<string>;

beforeAll(async () => {
  guarded = await startGuarded({ ann: ['team-a'] }, VALUES);
  const objects = parseYaml(await renderPermissions(guarded, VALUES));
  const job = objects.map(({ value }) => value as CronJob).find(({ kind }) => kind === 'CronJob');
  pod = job?.spec.jobTemplate.spec.template as Pod;
  const [container] = pod.spec.containers;
  const folder = join(guarded.folder, 'job');
  await mkdir(folder);
  const { kubectl } = guarded.binaries.programs;
  await writeFile(
    join(folder, 'kubectl'),
    `#!/bin/sh\nexec '${kubectl}' --kubeconfig='${guarded.kubeconfig}' --as=${JOB} --as-group=system:serviceaccounts --as-group=system:authenticated "$@"\n`,
  );
  await chmod(join(folder, 'kubectl'), 0o755);
  const variables = Object.fromEntries(
    (container?.env ?? []).map(({ name, value }) => [name, value]),
  );
  const shell = command('sh', {
    ...variables,
    PATH: `${folder}:${process.env['PATH']}`,
    HOME: folder,
  });
  run = () => shell(['-c', container?.args[0] ?? 'exit 9']);
});

afterAll(() => guarded?.stop());

const ago = (days: number) =>
  `${new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 19)}Z`;

async function env(
  name: string,
  status: Partial<DynamicEnvStatus>,
  annotations: Record<string, string> = {},
): Promise<void> {
  const object = envOf(name, { ttl: '1h', subsets: [workload('team-a')] });
  await send(guarded.kubectl, 'create', { ...object, metadata: { name, annotations } });
  const whole = {
    totalCount: 1,
    totalReady: 0,
    observedGeneration: 1,
    state: 'expired',
    ...status,
  };
  await guarded.metacontroller([
    ...['patch', 'de', name, '--subresource=status', '--type=merge'],
    ...['-p', JSON.stringify({ status: whole })],
  ]);
}

test('the job deletes what has been expired for long enough, and nothing that is not known to be so', async () => {
  await env('old', { expiresAt: ago(2) });
  await env('old-renewed', { expiresAt: ago(1.1), observedRenewal: ago(3) }, { [RENEWED]: ago(3) });
  await env('no-time', { expiresAt: ago(9), observedRenewal: 'x y' }, { [RENEWED]: 'x y' });
  await env('young', { expiresAt: ago(0.9) });
  await env('asleep', { state: 'suspended', expiresAt: ago(-1) });
  await env('ready', { state: 'ready', expiresAt: ago(2) });
  await env('renewed-just-now', { expiresAt: ago(2) }, { [RENEWED]: ago(0) });
  await env('longer-just-now', { expiresAt: ago(2), observedGeneration: 0 });
  await env('forged', { expiresAt: ago(0.5) }, { [RENEWED]: `x\nready uid 1 ${ago(9)}` });
  await send(guarded.kubectl, 'create', envOf('new', { subsets: [workload('team-a')] }));
  const said = await run();
  expect(
    said
      .split('\n')
      .sort()
      .map((line) => line.split(',')[0]),
  ).toEqual([
    '',
    'DynamicEnv no-time: deleted',
    'DynamicEnv old-renewed: deleted',
    'DynamicEnv old: deleted',
  ]);
  const left = await guarded.kubectl(['get', 'de', '-o', 'name']);
  expect(
    left
      .trim()
      .split('\n')
      .map((line) => line.split('/')[1]),
  ).toEqual(['asleep', 'forged', 'longer-just-now', 'new', 'ready', 'renewed-just-now', 'young']);
  expect(await run()).toBe('');
});

test('the preconditions in a body given to --raw count', async () => {
  const remove = (version: string) =>
    guarded.kubectl(['delete', '--raw=/apis/riskified.com/v1alpha1/dynamicenvs/young', '-f', '-'], {
      input: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { resourceVersion: version },
      },
    });
  expect(await problem(remove('1'))).toContain('(Conflict)');
});

test('its account may list and delete DynamicEnvs and nothing else, and delete expired ones only', async () => {
  const as = (...args: string[]) => guarded.kubectl([...args, `--as=${JOB}`]);
  const can = async (...what: string[]) =>
    (await problem(as('auth', 'can-i', '--quiet', ...what))) === undefined;
  expect([await can('list', 'de'), await can('delete', 'de')]).toEqual([true, true]);
  for (const verb of ['get', 'watch', 'create', 'update', 'patch', 'deletecollection']) {
    expect([verb, await can(verb, 'de')]).toEqual([verb, false]);
  }
  expect(await can('list', 'pods', '-A')).toBe(false);
  expect(await problem(as('delete', 'de', 'ready', '--wait=false'))).toMatch(
    /may not create Deployments, so may neither change nor delete it/,
  );
  await as('delete', 'de', 'young', '--wait=false');
});

test('without the value, nobody without rights in the namespace deletes an expired env', async () => {
  await env('kept', { expiresAt: ago(2) });
  await guarded.configure({});
  await until(30, () => {
    const said = problem(
      guarded.kubectl(['delete', 'de', 'kept', '--dry-run=server', `--as=${JOB}`]),
    );
    return said.then((text) =>
      text?.includes('may not create Deployments') ? undefined : (text ?? 'it may'),
    );
  });
});

test("its pod passes Pod Security's restricted standard", async () => {
  await guarded.kubectl(['create', 'namespace', 'strict']);
  await guarded.kubectl(['label', 'ns', 'strict', 'pod-security.kubernetes.io/enforce=restricted']);
  await guarded.kubectl(['create', 'serviceaccount', 'dynamicenv-expired', '-n', 'strict']);
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    ...pod,
    metadata: { name: 'x', namespace: 'strict' },
  };
  await send(guarded.kubectl, 'create', object, '--dry-run=server');
});
