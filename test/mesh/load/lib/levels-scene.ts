import type { Cluster } from '../../../e2e/control-plane/control-plane.ts';
import type { PodStandIn } from '../../../e2e/control-plane/pods.ts';
import type { System } from '../../../e2e/lib/system.ts';
import { decisionConfig } from '../../../support/decision-config.ts';
import { startMesh } from '../../lib/mesh.ts';
import {
  installVirtualEnvironments,
  virtualEnvironmentRules,
} from '../../virtual-environment/install.ts';
import { controlLevels, type LevelsControl } from './levels.ts';
import { levelsWorld } from './levels-world.ts';
import type { Door } from './request.ts';
import { NAMESPACE } from './world.ts';

export interface LevelsScene {
  system: System;
  cluster: Cluster;
  levels: LevelsControl;
  pods: PodStandIn;
  /** One listener for each proxy. */
  doors: Door[];
  stop(): Promise<void>;
}

export interface LevelsSceneOptions {
  /** The version of each client's proxy; undefined: without the label. */
  clients: readonly (string | undefined)[];
  /** Seconds from a pod's deletion until it stops; default 5. */
  finishSeconds?: number;
}

/** Starts the mesh with one Service and its Deployment, but without a VirtualEnvironment. */
export async function openLevels({
  clients,
  finishSeconds = 5,
}: LevelsSceneOptions): Promise<LevelsScene> {
  const mesh = await startMesh({
    system: {
      strategy: 'server-side-apply',
      config: decisionConfig(),
      rules: await virtualEnvironmentRules('routes'),
    },
    pods: { startSeconds: 0.2, finishSeconds },
  });
  try {
    const { cluster, system } = mesh;
    if (system === undefined) throw new Error('the mesh has no hook service');
    await installVirtualEnvironments(cluster, system.service, 'routes');
    await cluster.kubectl(['apply', '-f', '-'], {
      input: { apiVersion: 'v1', kind: 'List', items: levelsWorld() },
    });
    const available = ['wait', '--for=condition=Available', 'deployment', '--all'];
    await cluster.kubectl([...available, '-n', NAMESPACE, '--timeout=60s']);
    const envoys = await Promise.all(
      clients.map((version, index) =>
        mesh.startEnvoy({
          name: `client-${index}`,
          namespace: NAMESPACE,
          labels: { app: `client-${index}`, ...(version === undefined ? {} : { version }) },
        }),
      ),
    );
    await Promise.all(envoys.map((envoy) => envoy.untilReady()));
    const doors = envoys.map((envoy) => ({ address: '127.0.0.1', port: envoy.portFor(80) }));
    const levels = controlLevels(cluster);
    return { system, cluster, levels, pods: mesh.pods, doors, stop: mesh.stop };
  } catch (error) {
    await mesh.stop();
    throw error;
  }
}
