import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { isInjectedRouteName } from '../../api/route-name.ts';
import type { VirtualService } from '../../istio/types.ts';
import { type Deployment, isAvailable } from '../../k8s/workload.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import type { Output } from '../common/terminal.ts';
import { answeringVersion } from './request.ts';

const NAMESPACE = 'shop';

/** How a story is told. */
export interface Voice {
  title: (text: string) => void;
  /** Prints a line with the cluster's time. */
  say: (text: string) => void;
}

/** What each step of the demo needs. */
export interface DemoContext extends Voice {
  cluster: Cluster;
  /** Name of the env. */
  name: string;
}

/** A statement of the demo that is not true. */
export class UntrueError extends Error {
  override name = 'UntrueError';
}

/** Tells a story, and returns the exit code. 1: a statement is not true, and the story ends with it. */
export async function told(story: () => Promise<void>, output: Output): Promise<number> {
  try {
    await story();
    return 0;
  } catch (error) {
    if (!(error instanceof UntrueError)) throw error;
    output.write(`${output.paint('red', `not true: ${error.message}`)}\n`);
    return 1;
  }
}

/** The times in the lines count from now. */
export function voiceOf(cluster: Cluster, { write, paint }: Output): Voice {
  const start = cluster.now().getTime();
  return {
    title: (text) => write(`${paint('bold', text)}\n`),
    say: (text) => {
      const seconds = ((cluster.now().getTime() - start) / 1000).toFixed(1).padStart(6);
      write(`${paint('dim', `${seconds} s`)}  ${text}\n`);
    },
  };
}

export function claim(isTrue: boolean, text: string): void {
  if (!isTrue) throw new UntrueError(text);
}

const LIMIT_SECONDS = 120;
const STEP_SECONDS = 0.25;

export async function until(cluster: Cluster, isDone: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < LIMIT_SECONDS; waited += STEP_SECONDS) {
    if (isDone()) return;
    await cluster.advance(STEP_SECONDS);
  }
  claim(isDone(), `${what} within ${LIMIT_SECONDS} s`);
}

/** Undefined: the env is gone. */
export function stateOf({
  cluster,
  name,
}: Pick<DemoContext, 'cluster' | 'name'>): string | undefined {
  const env = cluster.get<DynamicEnv>('DynamicEnv', undefined, name);
  return env && (env.status?.state ?? 'unknown');
}

/** True if the name of an object of this kind begins with `name`. */
export function hasObject({ cluster }: DemoContext, kind: string, name: string): boolean {
  return cluster
    .list(kind, { namespace: NAMESPACE })
    .some(({ metadata }) => metadata.name.startsWith(name));
}

export function ourRoutes(cluster: Cluster): number {
  return cluster
    .list<VirtualService>('VirtualService')
    .flatMap(({ spec }) => spec.http ?? [])
    .filter(({ name }) => isInjectedRouteName(name)).length;
}

/** Sends a request without and one with the header to the backend, and prints where each goes. */
export function sendBoth(
  { cluster, say }: DemoContext,
  wanted: { plain: string; marked: string },
): void {
  for (const [headers, text, version] of [
    [{}, 'without the header', wanted.plain],
    [{ user: 'test-user' }, 'with user: test-user', wanted.marked],
  ] as const) {
    const target = { service: 'backend', namespace: NAMESPACE };
    const reached = answeringVersion(cluster, target, headers);
    claim(reached === version, `GET http://backend/ ${text} goes to ${version}, not to ${reached}`);
    say(`GET http://backend/ ${text.padEnd(20)} → version ${reached}`);
  }
}

/** Are all pods of this Deployment ready? */
export function isRunning(cluster: Cluster, namespace: string, name: string): boolean {
  const deployment = cluster.get<Deployment>('Deployment', namespace, name);
  return deployment !== undefined && isAvailable(deployment);
}
