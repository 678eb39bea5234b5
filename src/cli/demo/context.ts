import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { isInjectedRouteName } from '../../api/route-name.ts';
import type { VirtualService } from '../../istio/types.ts';
import type { Cluster } from '../../simulator/cluster.ts';
import { answeringVersion } from './request.ts';

const NAMESPACE = 'shop';

/** What each step of the demo needs. */
export interface DemoContext {
  cluster: Cluster;
  /** Name of the env. */
  name: string;
  title: (text: string) => void;
  /** Prints a line with the cluster's time. */
  say: (text: string) => void;
}

/** A statement of the demo that is not true. */
export class UntrueError extends Error {
  override name = 'UntrueError';
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
export function stateOf({ cluster, name }: DemoContext): string | undefined {
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
