import { MERGE_GROUPS } from '../../../../src/api/virtualservicemerge.ts';
import type { ApplyStrategy } from '../../../../src/simulator/metacontroller/controller.ts';
import { foreignKubeconfig, openForeign } from '../../lib/foreign.ts';
import { type Stage, startSystem } from '../../lib/system.ts';

export interface Pool {
  /** Calls `run` with a Stage that no other test uses at the same time. */
  use<T>(run: (stage: Stage) => Promise<T>): Promise<T>;
  /** All stages that were started. */
  stages(): readonly Stage[];
  stop(): Promise<void>;
}

/** Stages for tests. A stage that is free is used again; if none is free, a new one is set up. There is no maximum. */
export function createPool(strategy: ApplyStrategy): Pool {
  const all: Stage[] = [];
  const free: Stage[] = [];
  return {
    use: async (run) => {
      const stage = free.pop() ?? (await open(strategy));
      if (!all.includes(stage)) all.push(stage);
      try {
        return await run(stage);
      } finally {
        free.push(stage);
      }
    },
    stages: () => all,
    stop: async () => {
      await Promise.all(all.splice(0).map((stage) => stage.stop()));
    },
  };
}

/**
 * With the controllers of all kinds, which have nothing to do where there are no objects of theirs. Whether VirtualServices ask
 * for merges is a setting of the service, so of each scenario.
 */
function open(strategy: ApplyStrategy): Promise<Stage> {
  const kubeconfig = foreignKubeconfig();
  if (kubeconfig !== undefined) return openForeign(kubeconfig, strategy);
  const optionalKinds = ['virtual-environment', 'environment'] as const;
  return startSystem({ strategy, mergeGroups: MERGE_GROUPS, optionalKinds });
}
