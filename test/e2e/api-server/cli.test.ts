import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Outcome, PROGRAM, runProgram } from '../../cli/lib/program.ts';
import { readAuditLog } from '../control-plane/audit.ts';
import type { Cluster } from '../control-plane/control-plane.ts';
import { until } from '../control-plane/poll.ts';
import { suiteCluster } from './lib/suite-cluster.ts';

const NAMESPACE = 'cli-shop';
const USER = `system:serviceaccount:${NAMESPACE}:jane`;
const ENV = 'cli-test-user';
const SHOP = fileURLToPath(new URL('../../../examples/shop/', import.meta.url));

let cluster: Cluster;
/** Kubeconfig of the user Jane. She has only the permissions that a test gives her. */
let kubeconfig: string;
let envFile: string;

beforeAll(async () => {
  cluster = await suiteCluster();
  await cluster.kubectl(['create', 'namespace', NAMESPACE]);
  for (const name of ['backend.yaml', 'web.yaml']) {
    await cluster.kubectl(['apply', '-f', '-'], { input: await moved(name) });
  }
  await cluster.kubectl(['-n', NAMESPACE, 'create', 'serviceaccount', 'jane']);
  const token = await cluster.kubectl(['-n', NAMESPACE, 'create', 'token', 'jane']);
  kubeconfig = await cluster.kubeconfigFor('jane', token);
  envFile = join(cluster.folder, 'cli-env.yaml');
  await writeFile(envFile, await moved('dynamicenv.yaml'));
});

/** A file of the example shop, changed to the namespace and the DynamicEnv name of this test. */
async function moved(name: string): Promise<string> {
  const text = await readFile(`${SHOP}${name}`, 'utf8');
  return text
    .replaceAll('namespace: shop', `namespace: ${NAMESPACE}`)
    .replace('name: test-user', `name: ${ENV}`);
}

/** Gives Jane a permission, in her namespace or in the whole cluster, and waits until it has an effect. */
async function allow(
  verb: string,
  resource: string,
  where: 'namespace' | 'cluster',
): Promise<void> {
  const name = `cli-${verb}-${resource}`;
  const scope = where === 'namespace' ? ['-n', NAMESPACE] : [];
  const [role, binding, flag] =
    where === 'namespace'
      ? ['role', 'rolebinding', '--role']
      : ['clusterrole', 'clusterrolebinding', '--clusterrole'];
  const account = `--serviceaccount=${NAMESPACE}:jane`;
  await cluster.kubectl([
    ...scope,
    'create',
    role,
    name,
    `--verb=${verb}`,
    `--resource=${resource}`,
  ]);
  await cluster.kubectl([...scope, 'create', binding, name, `${flag}=${name}`, account]);
  await until(30, async () => {
    const question = ['auth', 'can-i', verb, resource, ...scope, '--kubeconfig', kubeconfig];
    const answer = await cluster.kubectl(question).catch((error: Error) => error.message);
    return answer.includes('yes') ? undefined : answer;
  });
}

const asJane = (...args: string[]): Promise<Outcome> =>
  runProgram(args, { env: { KUBECONFIG: kubeconfig } });

describe('as a user with few permissions', () => {
  const preview = () => asJane('preview', '--from-cluster', '-f', envFile);

  test('preview names every missing permission, and the user', async () => {
    expect(await preview()).toEqual({
      code: 2,
      stdout: '',
      stderr: `dynamicenv: rights of user "${USER}" are missing in the cluster of context e2e:
  list deployments.apps in namespace ${NAMESPACE}
  list services in namespace ${NAMESPACE}
  list destinationrules.networking.istio.io in namespace ${NAMESPACE}
  list virtualservices.networking.istio.io in namespace ${NAMESPACE}
ask its administrator for them, or choose another --context; check a right with "kubectl auth can-i list deployments.apps --namespace ${NAMESPACE}"
`,
    });
  });

  test('preview with permissions in one namespace: prints the result, and what it could not read', async () => {
    for (const resource of [
      'deployments.apps',
      'services',
      'destinationrules.networking.istio.io',
      'virtualservices.networking.istio.io',
    ]) {
      await allow('list', resource, 'namespace');
    }
    const { code, stdout, stderr } = await preview();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`DynamicEnv ${ENV} is ready: 1 of 1 workloads ready`);
    expect(stdout).toContain(`Changed: VirtualService ${NAMESPACE}/backend`);
    expect(stdout).toContain(
      `not read, because of a missing right: list virtualservices.networking.istio.io in all namespaces (user "${USER}")`,
    );
    expect(stdout).toContain(
      `not read, because of a missing right: list dynamicenvs.riskified.com, by a ClusterRole (user "${USER}")`,
    );
    expect(stdout).toContain(
      `Deployment ${NAMESPACE}/backend has no available pods in the cluster`,
    );
  });

  test('preview with all permissions: it could read everything', async () => {
    await allow('list', 'virtualservices.networking.istio.io', 'cluster');
    await allow('list', 'dynamicenvs.riskified.com', 'cluster');
    const { code, stdout } = await preview();
    expect([code, stdout.includes('not seen')]).toEqual([0, false]);
  });

  test('get: without the permission, without the DynamicEnv, without a status, and with a status', async () => {
    const get = () => asJane('get', ENV);
    expect(await get()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('\n  get dynamicenvs.riskified.com, by a ClusterRole\n'),
    });
    await allow('get', 'dynamicenvs.riskified.com', 'cluster');
    expect(await get()).toEqual({
      code: 2,
      stdout: '',
      stderr: `dynamicenv: no DynamicEnv "${ENV}" in the cluster of context e2e; "kubectl get de" lists them\n`,
    });
    await cluster.kubectl(['apply', '-f', envFile]);
    const young = await get();
    expect([young.code, young.stdout]).toEqual([
      1,
      expect.stringContaining('it has no status yet: check that Metacontroller is running'),
    ]);
    const ready = { type: 'Ready', status: 'True', reason: 'Ready', message: 'all well' };
    const conditions = [
      { ...ready, observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' },
    ];
    const status = {
      state: 'ready',
      totalCount: 1,
      totalReady: 1,
      observedGeneration: 1,
      conditions,
    };
    const patch = [
      'patch',
      'de',
      ENV,
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    ];
    await cluster.kubectl(patch);
    const { code, stdout, stderr } = await get();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`DynamicEnv ${ENV} is ready
└─ conditions
   └─ Ready          True    all well
`);
  });

  test('kubectl runs the program as a plugin', async () => {
    const folder = join(cluster.folder, 'cli-plugin');
    await mkdir(join(folder, 'linked'), { recursive: true });
    const link = join(folder, 'linked', 'kubectl-dynamicenv');
    await symlink(PROGRAM, link);
    const plugin = join(folder, 'kubectl-dynamicenv');
    await writeFile(plugin, `#!/bin/sh\nexec '${process.execPath}' '${link}' "$@"\n`);
    await chmod(plugin, 0o755);
    const env = { PATH: `${folder}${delimiter}${process.env['PATH']}`, KUBECONFIG: kubeconfig };
    const found = await cluster.kubectl(['dynamicenv', 'get', ENV], { env });
    expect(found).toContain(`DynamicEnv ${ENV} is ready`);
    const refused = cluster.kubectl(['dynamicenv', 'get'], { env });
    await expect(refused).rejects.toThrow('kubectl dynamicenv: NAME of the DynamicEnv is missing');
  });

  test('the audit log has no requests of Jane except get and list', async () => {
    const events = await readAuditLog(join(cluster.folder, 'audit.log'));
    const hers = events.filter(
      ({ user, objectRef }) =>
        user.username === USER && objectRef?.resource !== 'selfsubjectaccessreviews',
    );
    const asked = hers.map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`);
    expect(asked).toContain('list virtualservices');
    expect(asked).toContain('get dynamicenvs');
    expect(asked.filter((question) => !/^(get|list) /.test(question))).toEqual([]);
  });
});
