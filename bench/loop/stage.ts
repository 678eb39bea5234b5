import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApplyStrategy } from '../../src/local/metacontroller.ts';
import {
  type ControlPlane,
  startControlPlane,
} from '../../test/e2e/control-plane/control-plane.ts';
import { installCrds } from '../../test/e2e/control-plane/crds.ts';
import { startPods } from '../../test/e2e/control-plane/pods.ts';
import { leastRules } from '../../test/e2e/lib/least-rules.ts';
import {
  createMetacontrollerUser,
  startMetacontroller,
} from '../../test/e2e/lib/metacontroller.ts';
import { install } from '../../test/e2e/lib/system.ts';
import { processorTime } from '../lib/process.ts';
import { type Hooks, startHooks } from './hooks.ts';

export interface StageOptions {
  /** Path of Metacontroller's program. */
  program: string;
  strategy: ApplyStrategy;
  /** Decision flags of the service. */
  flags: readonly string[];
  /** How fast Metacontroller may work; default: as README recommends. */
  pace?: readonly string[];
}

/** A control plane with everything on it; the service has a process of its own. */
export interface Stage {
  cluster: ControlPlane;
  hooks: Hooks;
  /** Ends Metacontroller and starts it again with another pace. */
  setPace(pace: readonly string[]): Promise<void>;
  /** Seconds of processor time that each program has taken. */
  processorSeconds(): Promise<{ metacontroller: number; apiServer: number; etcd: number }>;
  stop(): Promise<void>;
}

export async function startStage({ program, strategy, flags, pace }: StageOptions): Promise<Stage> {
  const cluster = await startControlPlane();
  const ends: (() => unknown)[] = [cluster.stop];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    await installCrds(cluster, 'istio', 'dynamicenv', 'metacontroller');
    const pods = await startPods(cluster.api);
    ends.push(pods.stop);
    const hooks = await startHooks(flags);
    ends.push(hooks.stop);
    const kubeconfig = await createMetacontrollerUser(cluster, await leastRules());
    await install(cluster, hooks.doors);
    const start = (given: readonly string[] | undefined) =>
      startMetacontroller(cluster, {
        ...{ program, strategy, kubeconfig },
        ...(given === undefined ? {} : { pace: given }),
      });
    let running = await start(pace);
    ends.push(() => running.stop());
    const seconds = async (name: string) =>
      (await processorTime(Number(await readFile(join(cluster.folder, `${name}.pid`), 'utf8')))) /
      1000;
    return {
      cluster,
      hooks,
      setPace: async (next) => {
        await running.stop();
        running = await start(next);
      },
      processorSeconds: async () => ({
        metacontroller: await seconds('metacontroller'),
        apiServer: await seconds('kube-apiserver'),
        etcd: await seconds('etcd'),
      }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
