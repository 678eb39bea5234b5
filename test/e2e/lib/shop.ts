import { fileURLToPath } from 'node:url';
import type { Cluster } from '../control-plane/control-plane.ts';
import { until } from '../control-plane/poll.ts';

const SHOP = new URL('../../../examples/shop/', import.meta.url);
const file = (name: string) => fileURLToPath(new URL(name, SHOP));

/** Name of the DynamicEnv in examples/shop. */
export const ENV = 'test-user';
export const ENV_FILE = file('dynamicenv.yaml');

/** Installs the applications of examples/shop, and waits until their Deployments are available. */
export async function installShop({ kubectl }: Cluster): Promise<void> {
  await kubectl(['create', 'namespace', 'shop']);
  await kubectl(['apply', '-f', file('backend.yaml'), '-f', file('web.yaml')]);
  const available = ['wait', '--for=condition=Available', 'deployment', '--all'];
  await kubectl([...available, '-n', 'shop', '--timeout=120s']);
}

export async function untilReady({ kubectl }: Cluster): Promise<void> {
  await kubectl(['wait', '--for=condition=Ready', `de/${ENV}`, '--timeout=120s']);
}

/** Deletes the env, and waits until all its children are deleted. */
export async function deleteEnv(cluster: Cluster): Promise<void> {
  await cluster.kubectl(['delete', 'de', ENV, '--timeout=120s']);
  await until(60, async () => {
    const left = await cluster.kubectl(['get', 'deploy,dr,routeinjections', '-A', '-o', 'name']);
    return left.includes(ENV) ? `still there: ${left}` : undefined;
  });
}
