import { expect } from '@jest/globals';
import { canonicalJson } from '../../../../../src/k8s/canonical.ts';
import { until } from '../../../control-plane/poll.ts';
import type { System } from '../../../lib/system.ts';
import { envFor, list, workloadIn } from './bench.ts';
import { isMark, metacontrollersFields, toolsFields } from './owners.ts';
import { ownRoutes, versionsWithoutRoutes, wrongRoutes } from './routes.ts';
import { changesAmong, type Stored, type Version, watchVersions } from './versions.ts';

/**
 * Runs a command of a tool on the VirtualService of a namespace. There are two that differ only in their namespace: one
 * has an env, the other has none. Returns the output of the tool.
 */
export type Action = (namespace: string) => Promise<string>;

export interface Done {
  /** The tool's output or error message, with `NAMESPACE` in place of the namespace's name. */
  said: string;
  failed: boolean;
  /** The stored versions that differ from the version before in more than managed fields. */
  changes: Version[];
  /** The VirtualService with the env, after the command. */
  stored: Stored;
}

export interface Expected {
  /** `differ`: with an env, managed fields are expected to differ from those without. The callers say why. */
  owners?: 'differ';
  /** The VirtualService was deleted and created again, so some versions have no routes. */
  wasRecreated?: true;
}

export interface Story {
  /** Name of the env, and of the namespace with its VirtualService. */
  env: string;
  /** Namespace of the VirtualService without an env. */
  plain: string;
  system: System;
  /**
   * Runs the action on both VirtualServices. Then asserts: they are equal except for our routes and marks, both got the
   * same number of changed versions, and no version with the env was stored without the env's routes.
   */
  both(action: Action, expected?: Expected): Promise<Done>;
  /** Creates the env, and waits until it is Ready. */
  envComes(): Promise<void>;
  /** Deletes the env, waits until it is removed, and asserts that the VirtualService has nothing of it. */
  envGoes(expected?: Expected): Promise<void>;
  /** Every stored version of the VirtualService with the env. */
  versions(): Promise<readonly Version[]>;
  /** One text for each version with missing or wrong routes, since the present env got its first route. */
  missing(): Promise<string[]>;
  stop(): void;
}

/**
 * Creates two namespaces, and in the first a Deployment with its Service and DestinationRule. The tool under test
 * writes the VirtualServices.
 */
export async function beginStory(system: System, env: string): Promise<Story> {
  const { api, kubectl } = system.cluster;
  const plain = `${env}-plain`;
  for (const namespace of [env, plain]) await kubectl(['create', 'namespace', namespace]);
  await kubectl(['apply', '-f', '-'], { input: list(await workloadIn(env)) });
  const live = await watchVersions(api, env);
  const twin = await watchVersions(api, plain);
  let hasEnv = false;
  /** Index of the first version since the present env was created. */
  let begin = 0;
  const missing = async () => versionsWithoutRoutes((await live.all()).slice(begin), env);
  const check = async ({ owners }: Expected) => {
    const [stored, other] = [await live.current(), await twin.current()];
    expect(usersPart(stored, env)).toEqual(usersPart(other, plain));
    const [ours, marks] = [metacontrollersFields(stored), hasEnv ? marksOf(env) : []];
    expect(ours.filter((field) => !marks.includes(field))).toEqual([]);
    if (owners === undefined) {
      expect(ours).toEqual(marks);
      expect(unnamed(toolsFields(stored), env)).toEqual(unnamed(toolsFields(other), plain));
    }
    if (hasEnv) expect(wrongRoutes(stored, env)).toBeUndefined();
    return stored;
  };
  return {
    env,
    plain,
    system,
    both: async (action, expected = {}) => {
      const before = [(await live.all()).length, (await twin.all()).length] as const;
      const said = await told(action(env), env);
      const reference = await told(action(plain), plain);
      if (said.failed !== reference.failed) {
        throw new Error(`with the env: ${said.words}\nwithout: ${reference.words}`);
      }
      if (said.failed) expect(said.words).toBe(reference.words);
      if (hasEnv) expect(await missing()).toEqual([]);
      const changes = changesAmong(await live.all(), before[0]);
      expect(changes).toHaveLength(changesAmong(await twin.all(), before[1]).length);
      const stored = await check(expected);
      return { said: said.words, failed: said.failed, changes, stored };
    },
    envComes: async () => {
      begin = (await live.all()).length;
      await kubectl(['apply', '-f', '-'], { input: await envFor(env, env) });
      await kubectl(['wait', '--for=condition=Ready', `de/${env}`, '--timeout=90s']);
      hasEnv = true;
      await settled(live.all);
      await check({});
    },
    envGoes: async (expected = {}) => {
      if (expected.wasRecreated === undefined) expect(await missing()).toEqual([]);
      await kubectl(['delete', 'de', env, '--timeout=90s']);
      await settled(live.all);
      hasEnv = false;
      expect(canonicalJson(await check(expected))).not.toMatch(/riskified|dynamic-env/);
    },
    versions: live.all,
    missing,
    stop: () => {
      live.stop();
      twin.stop();
    },
  };
}

const QUIET_MS = 1000;

/**
 * Waits until no version is stored for one second: Metacontroller writes once more after the env is Ready or removed.
 */
async function settled(versions: () => Promise<readonly Version[]>): Promise<void> {
  let count = -1;
  await until(
    60,
    async () => {
      const before = count;
      count = (await versions()).length;
      return count === before ? undefined : 'the VirtualService is still being written';
    },
    QUIET_MS,
  );
}

async function told(run: Promise<string>, namespace: string) {
  const words = (text: string) => text.replaceAll(namespace, 'NAMESPACE');
  return run.then(
    (text) => ({ failed: false, words: words(text) }),
    (error: Error) => ({ failed: true, words: words(error.message) }),
  );
}

function marksOf(env: string): string[] {
  return [
    'metadata/annotations/riskified.com/dynamic-environment',
    'metadata/annotations/riskified.com/route-injections',
    `metadata/labels/env.riskified.com/${env}`,
  ];
}

/** The parts of a VirtualService that users and tools wrote. */
function usersPart(stored: Stored, namespace: string): unknown {
  const { labels = {}, annotations = {} } = stored.metadata;
  const kept = (map: Record<string, string>) =>
    Object.fromEntries(Object.entries(map).filter(([key]) => !isMark(key)));
  const spec = { ...stored.spec, http: ownRoutes(stored) };
  return unnamed({ labels: kept(labels), annotations: kept(annotations), spec }, namespace);
}

function unnamed(value: unknown, namespace: string): unknown {
  return JSON.parse(canonicalJson(value).replaceAll(namespace, 'NAMESPACE'));
}
