import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { runProgram } from '../../cli/lib/program.ts';
import type { Cluster } from '../control-plane/control-plane.ts';
import { loopTest } from '../lib/loop-test.ts';
import { deleteEnv, ENV, ENV_FILE, installShop, untilReady } from '../lib/shop.ts';
import { startSystem } from '../lib/system.ts';

const URL_OF_BACKEND = 'http://backend.shop/api/x';
const AS_TEST_USER = ['-H', 'user: test-user'];

async function traced({ kubeconfig }: Cluster, ...args: string[]) {
  const common = ['--from-cluster', '--kubeconfig', kubeconfig, '--from', 'shop/web', '-o', 'json'];
  const { code, stdout, stderr } = await runProgram(['trace', URL_OF_BACKEND, ...common, ...args]);
  expect(stderr).toBe('');
  const [hop] = JSON.parse(stdout).hops;
  const { outcome, env, destinations, otherEnvs, withoutEnvs } = hop;
  const [{ subset, state, workloads }] = destinations;
  const pods = workloads.map(({ name }: { name: string }) => name);
  return { code, outcome, env: env?.name, subset, state, pods, otherEnvs, withoutEnvs };
}

loopTest(
  "trace and its picture on a real cluster: the env's requests go to the clone, others to the base; after its removal none goes to the clone",
  async () => {
    const system = await startSystem({ strategy: 'server-side-apply' });
    const { cluster } = system;
    try {
      await installShop(cluster);
      await cluster.kubectl(['apply', '-f', ENV_FILE]);
      await untilReady(cluster);
      const picture = join(cluster.folder, 'shop.svg');
      expect(await traced(cluster, ...AS_TEST_USER, '--graph', picture)).toMatchObject({
        ...{ code: 0, outcome: 'pods', env: ENV, subset: `backend-${ENV}`, state: 'ready' },
        pods: [`shop/backend-${ENV}`],
        otherEnvs: [],
        withoutEnvs: { same: false },
      });
      expect(await readFile(picture, 'utf8')).toContain(`backend-${ENV}`);
      expect(await traced(cluster, '-H', 'user: somebody')).toMatchObject({
        ...{ code: 0, outcome: 'pods', env: undefined, subset: 'shared', state: 'ready' },
        pods: ['shop/backend'],
        otherEnvs: [{ env: ENV }],
        withoutEnvs: { same: true },
      });
      await deleteEnv(cluster);
      expect(await traced(cluster, ...AS_TEST_USER)).toMatchObject({
        ...{ code: 0, env: undefined, subset: 'shared', otherEnvs: [], withoutEnvs: undefined },
      });
    } finally {
      await system.stop();
    }
  },
);
