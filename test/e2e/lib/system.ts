import type { DecisionConfig } from '../../../src/kinds/kinds.ts';
import type { ApplyStrategy } from '../../../src/simulator/metacontroller/controller.ts';
import { decisionConfig } from '../../scenarios/lib/scenario.ts';
import {
  type Cluster,
  type ControlPlane,
  startControlPlane,
} from '../control-plane/control-plane.ts';
import { installCrds } from '../control-plane/crds.ts';
import { type PodOptions, type PodStandIn, startPods } from '../control-plane/pods.ts';
import { indexRules, leastRules } from './least-rules.ts';
import { controllerManifests } from './manifests.ts';
import {
  createMetacontrollerUser,
  type PolicyRule,
  startMetacontroller,
} from './metacontroller.ts';
import { type HookService, startService } from './service.ts';

export interface SystemOptions {
  strategy: ApplyStrategy;
  /** Default: drain and settle 1 s, everything else as shipped. */
  config?: DecisionConfig;
  /** Rules of Metacontroller's role. Default: those that the chart recommends, with indexed namespaces. */
  rules?: readonly PolicyRule[];
  pods?: PodOptions;
}

/** A cluster on which everything runs: Istio's kinds and ours, pods, the service, Metacontroller, the webhook. */
export interface Stage {
  cluster: Cluster;
  pods: PodStandIn;
  service: HookService;
  strategy: ApplyStrategy;
  stop(): Promise<void>;
}

/** A stage whose control plane is its own. */
export interface System extends Stage {
  cluster: ControlPlane;
  /** Kills Metacontroller; answers how to start it again, at another pace if need be. */
  killMetacontroller(): Promise<(pace?: readonly string[]) => Promise<void>>;
}

/** What Metacontroller and the API server call. */
interface Doors extends Pick<HookService, 'hooks' | 'admission'> {
  stop(): Promise<void>;
}

/** Path of Metacontroller's program, when there is one. */
export function metacontrollerProgram(): string | undefined {
  const program = process.env['METACONTROLLER_BIN'] ?? '';
  return program === '' ? undefined : program;
}

export function startSystem({
  config = decisionConfig({}),
  ...options
}: SystemOptions): Promise<System> {
  return startAround(() => startService(config), options);
}

/** The same with any service. */
export async function startAround<S extends Doors>(
  startDoors: () => Promise<S>,
  options: Omit<SystemOptions, 'config'>,
): Promise<Omit<System, 'service'> & { service: S }> {
  const program = metacontrollerProgram();
  if (program === undefined) throw new Error('METACONTROLLER_BIN names no program');
  const { strategy, rules = await defaultRules() } = options;
  const cluster = await startControlPlane();
  const ends: (() => unknown)[] = [cluster.stop];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    await installCrds(cluster, 'istio', 'dynamicenv', 'metacontroller');
    const pods = await startPods(cluster.api, options.pods);
    ends.push(pods.stop);
    const service = await startDoors();
    ends.push(service.stop);
    const kubeconfig = await createMetacontrollerUser(cluster, rules);
    await install(cluster, service);
    const start = (pace?: readonly string[]) =>
      startMetacontroller(cluster, { program, strategy, kubeconfig, pace });
    let running = await start();
    ends.push(() => running.stop());
    const killMetacontroller = async () => {
      await running.stop();
      return async (pace?: readonly string[]) => {
        running = await start(pace);
      };
    };
    return { cluster, pods, service, strategy, killMetacontroller, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function defaultRules(): Promise<PolicyRule[]> {
  return [...(await leastRules()), ...(await indexRules())];
}

/** Installs the controllers and the webhook, pointed at a service outside the cluster; answers how to take them away. */
export async function install(
  { kubectl }: Cluster,
  service: Pick<HookService, 'hooks' | 'admission'>,
): Promise<() => Promise<void>> {
  const input = { apiVersion: 'v1', kind: 'List', items: await controllerManifests(service) };
  await kubectl(['apply', '-f', '-'], { input });
  return async () => {
    await kubectl(['delete', '-f', '-', '--ignore-not-found'], { input });
  };
}
