import { expect } from '@jest/globals';
import type { ApplyStrategy } from '../../../src/simulator/metacontroller/controller.ts';
import { until } from '../control-plane/poll.ts';
import { loopTest } from '../lib/loop-test.ts';
import { renderPermissions } from '../lib/policies.ts';
import { ENV, ENV_FILE, installShop, untilReady } from '../lib/shop.ts';
import { type System, startSystem } from '../lib/system.ts';

const STRATEGIES: ApplyStrategy[] = ['dynamic-apply', 'server-side-apply'];

async function installPolicies({ cluster }: System): Promise<void> {
  const { kubectl } = cluster;
  const values = { rbac: { authors: [{ kind: 'User', name: 'ann' }] } };
  await kubectl(['apply', '-f', '-'], { input: await renderPermissions(cluster, values) });
  await kubectl(['-n', 'shop', 'create', 'rolebinding', 'ann', '--clusterrole=edit', '--user=ann']);
  // Guy may write DynamicEnvs, but has no permission in any namespace. The policies have an effect when they refuse his
  // env.
  const role = '--clusterrole=dynamicenv-author';
  await kubectl(['create', 'clusterrolebinding', 'guy', role, '--user=guy']);
  const tried = ['create', '-f', ENV_FILE, '--as=guy', '--dry-run=server', '--validate=false'];
  await until(30, () =>
    kubectl(tried).then(
      () => 'the request was allowed',
      ({ message }: Error) => (message.includes("'dynamicenv-authors'") ? undefined : message),
    ),
  );
}

async function deleted(system: System, cascade: string, isLeft: boolean): Promise<void> {
  const { kubectl } = system.cluster;
  const flags = [`--cascade=${cascade}`, '--timeout=60s', '--as=ann'];
  await kubectl(['delete', 'de', ENV, ...flags]);
  await until(30, async () => {
    const left = await kubectl(['get', 'deploy,dr,routeinjections', '-A', '-o', 'name']);
    return left.includes(ENV) === isLeft ? undefined : `in the cluster: ${left}`;
  });
}

loopTest.each(STRATEGIES)(
  'with %s and the recommended role, an author with edit in one namespace can create an env, and delete it with each --cascade',
  async (strategy) => {
    const system = await startSystem({ strategy });
    const { kubectl, auditLog } = system.cluster;
    try {
      await installShop(system.cluster);
      await installPolicies(system);
      for (const cascade of ['background', 'foreground', 'orphan']) {
        await kubectl(['create', '-f', ENV_FILE, '--as=ann', '--validate=false']);
        await untilReady(system.cluster);
        await deleted(system, cascade, cascade === 'orphan');
      }
      const refused = (await auditLog()).filter(
        ({ responseStatus, requestURI, impersonatedUser }) =>
          responseStatus?.code === 403 &&
          /riskified|deployments|destinationrules/.test(requestURI) &&
          impersonatedUser?.username !== 'guy',
      );
      expect(refused).toEqual([]);
    } finally {
      await system.stop();
    }
  },
  300_000,
);
