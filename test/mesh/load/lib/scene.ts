import type { DecisionConfig } from '../../../../src/kinds/kinds.ts';
import type { Cluster } from '../../../e2e/control-plane/control-plane.ts';
import { until } from '../../../e2e/control-plane/poll.ts';
import { leastRules, rulesOfComment } from '../../../e2e/lib/least-rules.ts';
import { installMerges, mergeRules } from '../../../e2e/lib/merge-kind.ts';
import type { System, SystemOptions } from '../../../e2e/lib/system.ts';
import { startMesh } from '../../lib/mesh.ts';
import { type Envs, followEnvs } from './envs.ts';
import { GATEWAY_LABELS, gatewayObjects, PUBLIC_HOST } from './gateway.ts';
import { BASE } from './judge.ts';
import type { Door } from './request.ts';
import { createSender } from './send.ts';
import { HOST, NAMESPACE, world } from './world.ts';

export interface Scene {
  system: System;
  cluster: Cluster;
  envs: Envs;
  /** One listener for each proxy. */
  doors: Door[];
  stop(): Promise<void>;
}

export interface SceneOptions {
  config: DecisionConfig;
  proxies: number;
  /** Seconds from a pod's creation until it is Ready; default 0.2. */
  startSeconds?: number;
  /** Seconds from a pod's deletion until it stops; default 5. */
  finishSeconds?: number;
  /** With the kind virtual-service-merge: `config` must name its group. */
  hasMerges?: boolean;
  /** The proxies are those of a gateway with the host `PUBLIC_HOST`. */
  isAtGateway?: boolean;
  /** With the kind environment. */
  hasEnvironments?: boolean;
}

/**
 * Starts the mesh with the objects of `world`, the hook service, Metacontroller, and proxies of clients. Returns when
 * every proxy has its configuration. A deleted pod serves for some seconds more, like a pod with a sleeping preStop
 * hook. Otherwise every rolling update would lose requests, with or without envs.
 */
export async function openScene(options: SceneOptions): Promise<Scene> {
  const { config, proxies, startSeconds = 0.2, finishSeconds = 5, hasMerges = false } = options;
  const { isAtGateway = false } = options;
  const rules = hasMerges ? { rules: [...(await leastRules()), ...(await mergeRules())] } : {};
  const kinds = options.hasEnvironments ? await withEnvironments() : {};
  const mesh = await startMesh({
    system: { strategy: 'server-side-apply', config, ...rules, ...kinds },
    pods: { startSeconds, finishSeconds },
  });
  try {
    const { cluster, system } = mesh;
    if (system === undefined) throw new Error('the mesh has no hook service');
    if (hasMerges) await installMerges(cluster, system.service);
    await cluster.kubectl(['apply', '-f', '-'], {
      input: {
        apiVersion: 'v1',
        kind: 'List',
        items: [...world(), ...(isAtGateway ? gatewayObjects() : [])],
      },
    });
    const available = ['wait', '--for=condition=Available', 'deployment', '--all'];
    await cluster.kubectl([...available, '-n', NAMESPACE, '--timeout=60s']);
    const envoys = await Promise.all(
      Array.from({ length: proxies }, (_, index) =>
        mesh.startEnvoy({
          name: `client-${index}`,
          namespace: NAMESPACE,
          labels: isAtGateway ? GATEWAY_LABELS : { app: `client-${index}` },
          isGateway: isAtGateway,
        }),
      ),
    );
    await Promise.all(envoys.map((envoy) => envoy.untilReady()));
    const doors = envoys.map((envoy) => ({ address: '127.0.0.1', port: envoy.portFor(80) }));
    await untilServed(doors, isAtGateway ? PUBLIC_HOST : HOST);
    const envs = await followEnvs(cluster.api);
    const stop = async () => {
      envs.stop();
      await mesh.stop();
    };
    return { system, cluster, envs, doors, stop };
  } catch (error) {
    await mesh.stop();
    throw error;
  }
}

async function withEnvironments(): Promise<Pick<SystemOptions, 'rules' | 'optionalKinds'>> {
  const rules = [...(await leastRules()), ...(await rulesOfComment('the kind `environment`'))];
  return { rules, optionalKinds: ['environment'] };
}

/** Waits until the base answers at every listener. */
async function untilServed(doors: readonly Door[], host: string): Promise<void> {
  const { send, close } = createSender(doors, host);
  const ask = (door: number) =>
    send({ door, protocol: 'http1', isFresh: true, path: '/', headers: {} });
  await until(60, async () => {
    const answers = await Promise.all(doors.map((_, door) => ask(door)));
    const wrong = answers.find(({ version }) => version !== BASE);
    return wrong && `listener ${wrong.door} answers ${wrong.status} ${wrong.detail}`;
  }).finally(close);
}
