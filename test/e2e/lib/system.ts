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
import { indexRules, leastRules, mergeRules, rulesOfComment } from './least-rules.ts';
import {
  controllerManifests,
  mergeManifests,
  type OptionalKind,
  optionalKindManifests,
} from './manifests.ts';
import {
  createMetacontrollerUser,
  metacontrollerProgram,
  type PolicyRule,
  startMetacontroller,
} from './metacontroller.ts';
import { type HookService, startService } from './service.ts';

export interface SystemOptions {
  strategy: ApplyStrategy;
  /** Default: drain time and settle time 1 s, all other settings as in production. */
  config?: DecisionConfig;
  /** Rules of Metacontroller's ClusterRole. Default: all that the chart recommends, those of optional kinds, too. */
  rules?: readonly PolicyRule[];
  /** Groups of VirtualServiceMerges, for which controller and webhook are installed. Default: none. */
  mergeGroups?: readonly string[];
  /** With the controllers of these. Default: none. */
  optionalKinds?: readonly OptionalKind[];
  pods?: PodOptions;
}

/** A cluster with everything: Istio's definitions and ours, simulated pods, service, Metacontroller, and webhook. */
export interface Stage {
  cluster: Cluster;
  pods: PodStandIn;
  service: HookService;
  strategy: ApplyStrategy;
  stop(): Promise<void>;
}

/** A Stage with a control plane that the suite started, so that a test may also kill Metacontroller and API server. */
export interface System extends Stage {
  cluster: ControlPlane;
  /** Kills Metacontroller. Returns a function that starts it again; `pace` replaces its flags for rate and workers. */
  killMetacontroller(): Promise<(pace?: readonly string[]) => Promise<void>>;
}

/** The two URLs of a service, for Metacontroller and for the API server. */
interface Doors extends Pick<HookService, 'hooks' | 'admission'> {
  stop(): Promise<void>;
}

export function startSystem({
  config = decisionConfig({}),
  ...options
}: SystemOptions): Promise<System> {
  return startAround(() => startService(config), options);
}

/** Starts the same system as startSystem, but with the service that `startDoors` starts. */
export async function startAround<S extends Doors>(
  startDoors: () => Promise<S>,
  options: Omit<SystemOptions, 'config'>,
): Promise<Omit<System, 'service'> & { service: S }> {
  const program = metacontrollerProgram();
  if (program === undefined)
    throw new Error('METACONTROLLER_BIN is not set: set it to the path of Metacontroller');
  const { strategy, rules = await defaultRules(), mergeGroups = [] } = options;
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
    await install(cluster, service, mergeGroups);
    for (const kind of options.optionalKinds ?? []) {
      const items = await optionalKindManifests(cluster.helm, kind, service);
      const input = { apiVersion: 'v1', kind: 'List', items };
      await cluster.kubectl(['apply', '-f', '-'], { input });
    }
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
  const additional = [
    indexRules(),
    mergeRules(),
    rulesOfComment('the kind `virtual-environment`'),
    rulesOfComment('the kind `environment`'),
  ];
  return [...(await leastRules()), ...(await Promise.all(additional)).flat()];
}

/**
 * Installs controllers and webhooks that call a service outside the cluster, with those of VirtualServiceMerges of these groups.
 * Returns a function that removes them.
 */
export async function install(
  { kubectl, helm }: Cluster,
  service: Pick<HookService, 'hooks' | 'admission'>,
  mergeGroups: readonly string[] = [],
): Promise<() => Promise<void>> {
  const items = [
    ...(await controllerManifests(service)),
    // The chart's webhook configuration has those of all kinds: the later one of two with one name wins.
    ...(await mergeManifests(helm, service, mergeGroups)),
  ];
  const input = { apiVersion: 'v1', kind: 'List', items };
  await kubectl(['apply', '-f', '-'], { input });
  return async () => {
    await kubectl(['delete', '-f', '-', '--ignore-not-found'], { input });
  };
}
