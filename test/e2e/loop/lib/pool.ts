import type { ApplyStrategy } from '../../../../src/simulator/metacontroller/controller.ts';
import { foreignKubeconfig, openForeign } from '../../lib/foreign.ts';
import { type Stage, startSystem } from '../../lib/system.ts';

export interface Pool {
  /** Runs with a stage that nobody else uses meanwhile. */
  use<T>(run: (stage: Stage) => Promise<T>): Promise<T>;
  /** All stages that were needed. */
  stages(): readonly Stage[];
  stop(): Promise<void>;
}

/** Stages that are set up when all others are in use, and used again; how many, is up to who uses them. */
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

function open(strategy: ApplyStrategy): Promise<Stage> {
  const kubeconfig = foreignKubeconfig();
  return kubeconfig === undefined ? startSystem({ strategy }) : openForeign(kubeconfig, strategy);
}
