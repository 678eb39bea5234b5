import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import type { Command } from '../../../e2e/control-plane/commands.ts';
import { until } from '../../../e2e/control-plane/poll.ts';
import { renderPermissions } from '../../../e2e/lib/policies.ts';
import { type System, startSystem } from '../../../e2e/lib/system.ts';
import type { AdapterName } from '../consumer-settings.ts';
import { runFeed } from '../feeds.ts';
import { freePorts } from '../ports.ts';
import { PROGRAMS } from '../programs.ts';
import { startService } from '../service.ts';
import { BROKER } from '../suite.ts';
import type { Disturbance } from '../world.ts';
import { createFeedAccount } from './feed-account.ts';
import { followHistory, type History } from './history.ts';
import { createKubelet, type RunningPod } from './kubelet.ts';
import { type EnvOptions, envManifest, NAMESPACE, SERVICE, shopManifests } from './manifests.ts';

const SECONDS = 300;

/** A real control plane, feed and Kafka, and a service that shares its topics with envs. */
export interface Scene {
  broker: string;
  admin: Admin;
  system: System;
  kubectl: Command;
  history: History;
  /** All pods that ever ran. */
  pods(): readonly RunningPod[];
  disturbances: readonly Disturbance[];
  /** Runs something after which duplicates may happen, for some seconds more. Says it. */
  disturb(what: string, ref: string | undefined, run: () => Promise<unknown>): Promise<void>;
  apply(ref: string, options: EnvOptions): Promise<void>;
  untilReady(ref: string): Promise<void>;
  /** Waits until no process of this ref is left but those of `version`. */
  untilGone(ref: string, isGone?: (pod: RunningPod) => boolean): Promise<void>;
  say(line: string): void;
  stop(): Promise<void>;
}

const AFTER_MS = 5000;

export async function openScene(topics: string[], adapter: AdapterName): Promise<Scene> {
  const broker = process.env[BROKER] ?? '';
  if (broker === '') throw new Error(`${BROKER} is not set: run npm run test:kafka`);
  const began = Date.now();
  const say = (line: string) => {
    const seconds = ((Date.now() - began) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  control plane: ${line}\n`);
  };
  const ends: (() => unknown)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-messages-'));
    ends.push(async () => {
      if (process.env['KAFKA_KEEP'] === undefined)
        await rm(folder, { recursive: true, force: true });
      else say(`kept: ${folder}`);
    });
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker] });
    ends.push(() => admin.close());
    const kubelet = createKubelet({ file: PROGRAMS.consumer, folder, say });
    const { serve, started } = kubelet;
    const system = await startSystem({
      strategy: 'server-side-apply',
      pods: { serve, started },
    });
    ends.push(system.stop, kubelet.stop);
    const { cluster } = system;
    const { kubectl } = cluster;
    await kubectl(['apply', '-f', '-'], { input: await renderPermissions(cluster) });
    const [port = 0] = await freePorts(1);
    const feed = runFeed(await createFeedAccount(cluster), port, folder);
    ends.push(feed.end);
    await feed.ready();
    say('the control plane, Metacontroller, the hook service and the feed are ready');
    const service = await startService();
    service.setEndpoints([port]);
    ends.push(service.close);
    const history = await followHistory(cluster.api, say);
    ends.push(history.stop);
    const settings = { broker, adapter, group: SERVICE, topics, workMs: 0 };
    await kubectl(['apply', '-f', '-'], { input: shopManifests(service.url, settings) });
    const available = ['--for=condition=Available', `deployment/${SERVICE}`, '-n', NAMESPACE];
    await kubectl(['wait', ...available, `--timeout=${SECONDS}s`]);
    const disturbances: Disturbance[] = [];
    return {
      ...{ broker, admin, system, kubectl, history, disturbances, say, stop },
      pods: () => kubelet.pods,
      disturb: async (what, ref, run) => {
        say(what);
        const disturbance: Disturbance = {
          ...{ what, from: Date.now(), to: Number.POSITIVE_INFINITY },
          ...(ref === undefined ? {} : { ref }),
        };
        disturbances.push(disturbance);
        await run();
        disturbance.to = Date.now() + AFTER_MS;
      },
      apply: async (ref, options) => {
        await kubectl(['apply', '-f', '-'], { input: envManifest(ref, options) });
      },
      untilReady: async (ref) => {
        await kubectl(['wait', '--for=condition=Ready', `de/${ref}`, `--timeout=${SECONDS}s`]);
      },
      untilGone: (ref, isGone = (pod) => pod.isGone()) =>
        until(SECONDS, async () => {
          const left = kubelet.pods.filter((pod) => pod.by === ref && !isGone(pod));
          return left.length === 0 ? undefined : `pods of ${ref}: ${left.map(({ name }) => name)}`;
        }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** After the last step, until its duplicates are over. */
export const calm = () => sleep(2 * AFTER_MS);
