import { expect } from '@jest/globals';
import { canonicalJson } from '../../../../../src/k8s/canonical.ts';
import { until } from '../../../control-plane/poll.ts';
import type { System } from '../../../lib/system.ts';
import { envFor, list, workloadIn } from './bench.ts';
import { isMark, metacontrollersFields, toolsFields } from './owners.ts';
import { ownRoutes, versionsWithoutRoutes, wrongRoutes } from './routes.ts';
import { changesAmong, type Stored, type Version, watchVersions } from './versions.ts';

/**
 * A tool's command on one of two VirtualServices that differ in their namespace only: one has an env, the other has none.
 * Answers what the tool printed.
 */
export type Action = (namespace: string) => Promise<string>;

export interface Done {
  /** Why the tool failed, with the namespace taken out; or what it printed. */
  said: string;
  failed: boolean;
  /** The versions that it had stored and that differ from those before in more than managed fields. */
  changes: Version[];
  /** The VirtualService with the env afterwards. */
  stored: Stored;
}

export interface Expected {
  /** `differ`: the env makes a difference to managed fields, which is said where it is used. */
  owners?: 'differ';
  /** The VirtualService was deleted and created anew: for a while there were no routes. */
  wasRecreated?: true;
}

export interface Story {
  /** Name of the env, and namespace of the VirtualService that it concerns. */
  env: string;
  /** Namespace of the VirtualService without any env. */
  plain: string;
  system: System;
  /**
   * Does the same on both. Afterwards the two must be the same but for what is ours, as often written, and no version of the
   * one may ever have been without the env's routes.
   */
  both(action: Action, expected?: Expected): Promise<Done>;
  /** The env is created, and Ready. */
  envComes(): Promise<void>;
  /** The env is deleted, and gone; the VirtualService must be as if it had never been. */
  envGoes(expected?: Expected): Promise<void>;
  /** Every stored version of the VirtualService with the env. */
  versions(): Promise<readonly Version[]>;
  /** In which of them, since the present env's first route, routes were missing or wrong. */
  missing(): Promise<string[]>;
  stop(): void;
}

/** Two namespaces, a Deployment with its Service and DestinationRule in one of them; the tool brings the VirtualServices. */
export async function beginStory(system: System, env: string): Promise<Story> {
  const { api, kubectl } = system.cluster;
  const plain = `${env}-plain`;
  for (const namespace of [env, plain]) await kubectl(['create', 'namespace', namespace]);
  await kubectl(['apply', '-f', '-'], { input: list(await workloadIn(env)) });
  const live = await watchVersions(api, env);
  const twin = await watchVersions(api, plain);
  let hasEnv = false;
  /** Where the present env's time begins among the versions. */
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

/** Waits until nothing has been written for a while: Metacontroller's last words come after the env is Ready, or gone. */
async function settled(versions: () => Promise<readonly Version[]>): Promise<void> {
  let count = -1;
  await until(
    60,
    async () => {
      const before = count;
      count = (await versions()).length;
      return count === before ? undefined : 'it is written again and again';
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

/** All that a user or a tool wrote. */
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
