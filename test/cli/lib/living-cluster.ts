import { loadManifests } from '../../../src/cli/common/manifests.ts';
import { startSimulation } from '../../../src/cli/common/simulation.ts';
import { loadValidator } from '../../../src/crds.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Cluster } from '../../../src/simulator/cluster.ts';
import { decisionConfig } from '../../support/decision-config.ts';

/** A date in the past, because the objects of a real cluster are usually old. */
const START = '2020-01-01T00:00:00Z';

export interface Life {
  /** Deployments whose pods never become ready, as `namespace/name`. */
  neverReady?: readonly string[];
  /** Called when no more changes are pending. */
  afterwards?: (cluster: Cluster) => Promise<void> | void;
}

/**
 * All objects of a cluster in which these files were applied and the controllers have finished, as an API server
 * returns them.
 */
export async function livingCluster(
  files: readonly string[],
  { neverReady = [], afterwards }: Life = {},
): Promise<KubeObject[]> {
  const dynamicEnv = await loadValidator('dynamicenvs.riskified.com');
  const manifests = await loadManifests(files, { DynamicEnv: dynamicEnv });
  const config = decisionConfig();
  const { cluster } = await startSimulation(config, {
    strategy: 'server-side-apply',
    start: START,
    neverReady: ({ metadata }) => neverReady.includes(`${metadata.namespace}/${metadata.name}`),
  });
  for (const { object } of manifests) {
    await cluster
      .as('team')
      .apply(object.kind === 'DynamicEnv' ? dynamicEnv.withDefaults(object) : object);
    await cluster.advance(1);
  }
  await cluster.settle();
  await afterwards?.(cluster);
  await cluster.settle();
  return cluster.all();
}
