import { setTimeout as sleep } from 'node:timers/promises';
import type { VirtualEnvironment } from '../../../../src/api/virtualenvironment.ts';
import type { Cluster } from '../../../e2e/control-plane/control-plane.ts';
import { until } from '../../../e2e/control-plane/poll.ts';
import type { Life } from './levels-judge.ts';
import {
  deploymentOf,
  ENVIRONMENT,
  LEAVING_ANNOTATION,
  versionDeployment,
  virtualEnvironment,
} from './levels-world.ts';
import type { Span } from './timeline.ts';
import { NAMESPACE } from './world.ts';

const PATH = `/apis/env.alibaba.com/v1alpha2/namespaces/${NAMESPACE}/virtualenvironments`;
const READY_SECONDS = 240;
const LOOK_MS = 50;
/**
 * The status says what the VirtualServices have, and does not wait for the proxies. They get it within this time, or the request counts
 * as wrong. It is the default settle time.
 */
const PROXIES_MS = 3000;
const REST_MS = 1500;
const FOREVER = Number.POSITIVE_INFINITY;

/** Installs and removes versions and the VirtualEnvironment as people do, and records what requests may and must reach. */
export interface LevelsControl {
  lives: Life[];
  environment: Span[];
  /** Installs a version, and waits until requests reach it. */
  come(version: string): Promise<void>;
  /** Replaces all pods of a version. */
  roll(version: string): Promise<void>;
  scale(version: string, replicas: number): Promise<void>;
  /** Announces that a version leaves, waits until no request reaches it, and deletes it. */
  leave(version: string): Promise<void>;
  createEnvironment(): Promise<void>;
  deleteEnvironment(): Promise<void>;
}

export function controlLevels({ api, kubectl }: Cluster): LevelsControl {
  const lives: Life[] = [];
  const environment: Span[] = [];
  const apply = (object: object) => kubectl(['apply', '-f', '-'], { input: object });
  const read = () =>
    api.call<{ items: VirtualEnvironment[] }>('GET', PATH).then(({ items }) => items[0]);
  const isRouted = async (version: string) => {
    const services = (await read())?.status?.services ?? [];
    return services.some(({ versions = [] }) =>
      versions.some(({ value, routed }) => value === version && routed),
    );
  };
  const untilRouted = (version: string, wanted: boolean) =>
    until(
      READY_SECONDS,
      async () => {
        if ((await isRouted(version)) === wanted) return undefined;
        return `${version} is ${wanted ? 'not ' : ''}routed: ${JSON.stringify((await read())?.status)}`;
      },
      LOOK_MS,
    );
  const lifeOf = (version: string) => {
    const life = lives.findLast((one) => one.version === version);
    if (life === undefined) throw new Error(`${version} was not installed`);
    return life;
  };
  const target = (version: string) => [`deployment/${deploymentOf(version)}`, '-n', NAMESPACE];
  const rolledOut = (version: string) =>
    kubectl(['rollout', 'status', ...target(version), '--timeout=120s']);
  return {
    lives,
    environment,
    come: async (version) => {
      const life: Life = { version, from: Date.now(), to: FOREVER, ready: [] };
      lives.push(life);
      await apply(versionDeployment(version));
      await untilRouted(version, true);
      life.ready.push({ from: Date.now() + PROXIES_MS, to: FOREVER });
      await sleep(PROXIES_MS + REST_MS);
    },
    roll: async (version) => {
      await kubectl(['rollout', 'restart', ...target(version)]);
      await rolledOut(version);
      await sleep(REST_MS);
    },
    scale: async (version, replicas) => {
      await kubectl(['scale', ...target(version), `--replicas=${replicas}`]);
      await rolledOut(version);
      await sleep(REST_MS);
    },
    leave: async (version) => {
      const life = lifeOf(version);
      const ready = life.ready.at(-1);
      if (ready) ready.to = Date.now();
      await kubectl(['annotate', ...target(version), `${LEAVING_ANNOTATION}=true`]);
      await untilRouted(version, false);
      await sleep(PROXIES_MS);
      life.to = Date.now();
      await kubectl(['delete', ...target(version), '--wait=false']);
      await until(READY_SECONDS, async () => {
        const text = JSON.stringify((await read())?.status?.services ?? []);
        return text.includes(`"value":"${version}"`)
          ? `${version} still has its subset`
          : undefined;
      });
    },
    createEnvironment: async () => {
      await apply(virtualEnvironment());
      await until(READY_SECONDS, async () => {
        const { status, metadata } = (await read()) ?? {};
        const ready = status?.conditions?.find(({ type }) => type === 'Ready');
        const isReady =
          ready?.status === 'True' && status?.observedGeneration === metadata?.generation;
        return isReady ? undefined : `not Ready: ${JSON.stringify(status)}`;
      });
      environment.push({ from: Date.now() + PROXIES_MS, to: FOREVER });
      await sleep(PROXIES_MS + REST_MS);
    },
    deleteEnvironment: async () => {
      const span = environment.at(-1);
      if (span) span.to = Date.now();
      await api.call('DELETE', `${PATH}/${ENVIRONMENT}`);
      await until(READY_SECONDS, async () =>
        (await read()) === undefined ? undefined : 'the VirtualEnvironment is still there',
      );
      await sleep(REST_MS);
    },
  };
}
