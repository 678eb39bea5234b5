import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { SPEC_ANNOTATION } from '../../api/marks.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import type { Lift } from '../../simulator/faults.ts';
import type { UnavailableClone } from './unavailable-clones.ts';

/**
 * A clone without available pods in the cluster gets none in memory either, as long as its spec is the same: nobody knows
 * whether it would recover. If it has routes in the cluster, it keeps them in memory.
 */
export interface SameAvailability {
  /** True for a clone that was never available. For the option `neverReady`. */
  isNeverReady: (deployment: KubeObject) => boolean;
  /** Puts the envs into the in-memory cluster, lets it settle, then makes the pods of their unavailable clones fail. */
  restoreEnvs: (cluster: Cluster, envs: readonly DynamicEnv[]) => Promise<void>;
  /** Lets the clones become available whose spec has changed since. */
  recoverChanged: (cluster: Cluster) => Promise<void>;
}

export function sameAvailability(clones: readonly UnavailableClone[]): SameAvailability {
  const lifts = new Map<UnavailableClone, Lift>();
  const isSame = ({ namespace, name, specHash }: UnavailableClone, { metadata }: KubeObject) =>
    metadata.namespace === namespace &&
    metadata.name === name &&
    metadata.annotations?.[SPEC_ANNOTATION] === specHash;
  const isInMemory = (clone: UnavailableClone, cluster: Cluster): boolean => {
    const deployment = cluster.get('Deployment', clone.namespace, clone.name);
    return deployment !== undefined && isSame(clone, deployment);
  };
  return {
    isNeverReady: (deployment) =>
      clones.some((clone) => !clone.isRouted && isSame(clone, deployment)),
    restoreEnvs: async (cluster, envs) => {
      for (const env of envs) cluster.restore(env);
      await cluster.settle();
      for (const clone of clones) {
        if (!clone.isRouted || lifts.has(clone) || !isInMemory(clone, cluster)) continue;
        lifts.set(clone, cluster.faults.crash(clone.namespace, clone.name));
      }
      await cluster.settle();
    },
    recoverChanged: async (cluster) => {
      await cluster.settle();
      for (const [clone, lift] of lifts) if (!isInMemory(clone, cluster)) lift();
    },
  };
}
