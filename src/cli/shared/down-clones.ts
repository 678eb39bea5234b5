import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { SPEC_ANNOTATION } from '../../api/marks.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import type { Lift } from '../../simulator/faults.ts';
import type { DownClone } from './cluster-parts.ts';

/**
 * Clones without available pods in the cluster have none in memory, as long as their spec is the same: nobody knows
 * whether they would get well. Those that had routes by then keep them, as they do in the cluster.
 */
export interface DownAgain {
  /** Never had pods: for `neverReady`. */
  isNeverReady: (deployment: KubeObject) => boolean;
  /** Puts envs back into the in-memory cluster, and lets what was down go down. */
  bringBack: (cluster: Cluster, envs: readonly DynamicEnv[]) => Promise<void>;
  /** Lets those come up whose spec has changed since. */
  recover: (cluster: Cluster) => Promise<void>;
}

export function downAgain(clones: readonly DownClone[]): DownAgain {
  const lifts = new Map<DownClone, Lift>();
  const isSame = ({ namespace, name, specHash }: DownClone, { metadata }: KubeObject) =>
    metadata.namespace === namespace &&
    metadata.name === name &&
    metadata.annotations?.[SPEC_ANNOTATION] === specHash;
  const isInMemory = (clone: DownClone, cluster: Cluster): boolean => {
    const deployment = cluster.get('Deployment', clone.namespace, clone.name);
    return deployment !== undefined && isSame(clone, deployment);
  };
  return {
    isNeverReady: (deployment) =>
      clones.some((clone) => !clone.isRouted && isSame(clone, deployment)),
    bringBack: async (cluster, envs) => {
      for (const env of envs) cluster.restore(env);
      await cluster.settle();
      for (const clone of clones) {
        if (!clone.isRouted || lifts.has(clone) || !isInMemory(clone, cluster)) continue;
        lifts.set(clone, cluster.faults.crash(clone.namespace, clone.name));
      }
      await cluster.settle();
    },
    recover: async (cluster) => {
      await cluster.settle();
      for (const [clone, lift] of lifts) if (!isInMemory(clone, cluster)) lift();
    },
  };
}
