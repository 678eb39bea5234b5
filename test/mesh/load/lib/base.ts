import type { Cluster } from '../../../e2e/control-plane/control-plane.ts';
import { NAMESPACE } from './world.ts';

/** Replaces the base's pods one by one, as a rollout of its owner does. */
export async function rollBase({ kubectl }: Cluster): Promise<void> {
  const deployment = ['deployment/backend', '-n', NAMESPACE];
  await kubectl(['rollout', 'restart', ...deployment]);
  await kubectl(['rollout', 'status', ...deployment, '--timeout=120s']);
}
