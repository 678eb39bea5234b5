import type { Cluster } from '../../../e2e/control-plane/control-plane.ts';
import { NAMESPACE } from './world.ts';

/** New pods in place of the base's, one by one, as its owners would roll it. */
export async function rollBase({ kubectl }: Cluster): Promise<void> {
  const deployment = ['deployment/backend', '-n', NAMESPACE];
  await kubectl(['rollout', 'restart', ...deployment]);
  await kubectl(['rollout', 'status', ...deployment, '--timeout=120s']);
}
