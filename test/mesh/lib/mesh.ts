import { type ControlPlane, startControlPlane } from '../../e2e/control-plane/control-plane.ts';
import { installCrds } from '../../e2e/control-plane/crds.ts';
import { type PodOptions, type PodStandIn, startPods } from '../../e2e/control-plane/pods.ts';
import { type System, type SystemOptions, startSystem } from '../../e2e/lib/system.ts';
import { type CallNext, servePod } from './echo.ts';
import { type Envoy, type EnvoyOptions, startEnvoy } from './envoy.ts';
import { findEnvoy } from './envoy-program.ts';
import { type Istiod, istiodProgram, startIstiod } from './istiod.ts';
import { mustBeInside } from './namespace.ts';

export interface MeshOptions {
  /** Default of `serve`: each pod answers with what it got (echo.ts). */
  pods?: PodOptions;
  /** Also starts the hook service and Metacontroller (METACONTROLLER_BIN), which DynamicEnvs need. */
  system?: Omit<SystemOptions, 'pods'>;
  /** The API server asks istiod's validating webhook about every write of Istio's kinds. */
  validates?: boolean;
  /** What a pod calls before it answers. Default: nothing. */
  callNext?: CallNext;
}

/** A control plane whose pods answer at their addresses, istiod, and any number of proxies. */
export interface Mesh {
  cluster: ControlPlane;
  pods: PodStandIn;
  istiod: Istiod;
  /** Present if the options have `system`. */
  system?: System;
  /** Starts a proxy that istiod configures. The proxy may not be ready yet. */
  startEnvoy(options: Omit<EnvoyOptions, 'program' | 'folder' | 'source'>): Promise<Envoy>;
  stop(): Promise<void>;
}

const silent = () => undefined;

/** Starts everything. Throws outside the network namespace (see namespace.ts), and without ISTIOD_BIN. */
export async function startMesh({
  pods,
  system,
  callNext,
  validates = false,
}: MeshOptions = {}): Promise<Mesh> {
  mustBeInside();
  const program = istiodProgram();
  if (program === undefined) throw new Error('ISTIOD_BIN is not set');
  const envoyProgram = await findEnvoy(silent);
  const ends: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const serve: PodOptions['serve'] = (pod, address) => servePod(pod, address, callNext);
    const podOptions = { serve, ...pods };
    const base = system
      ? await withSystem({ ...system, pods: podOptions })
      : await withoutSystem(podOptions);
    ends.push(base.stop);
    const { cluster } = base;
    const istiod = await startIstiod(cluster, program, { validates });
    ends.push(() => istiod.running.stop());
    const source = { kind: 'ads', port: istiod.grpcPort } as const;
    return {
      cluster,
      pods: base.pods,
      istiod,
      ...(base.system ? { system: base.system } : {}),
      startEnvoy: async (options) => {
        const { folder } = cluster;
        const envoy = await startEnvoy({ ...options, program: envoyProgram, folder, source });
        ends.push(envoy.stop);
        return envoy;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Base {
  cluster: ControlPlane;
  pods: PodStandIn;
  system?: System;
  stop(): Promise<void>;
}

async function withSystem(options: SystemOptions): Promise<Base> {
  const system = await startSystem(options);
  const { cluster, pods, stop } = system;
  return { cluster, pods, system, stop };
}

async function withoutSystem(options: PodOptions): Promise<Base> {
  const cluster = await startControlPlane();
  try {
    await installCrds(cluster, 'istio');
    const pods = await startPods(cluster.api, options);
    const stop = async () => {
      pods.stop();
      await cluster.stop();
    };
    return { cluster, pods, stop };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
