import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import type { Command } from '../../../control-plane/commands.ts';
import { routesOf } from './bench.ts';
import type { Fixture } from './kubectl-apply.ts';
import type { Action, Done, Expected, Story } from './story.ts';
import type { Tell } from './tell.ts';

const CHART = fileURLToPath(new URL('../chart', import.meta.url));
const RELEASE = 'shop';

interface Helm {
  upgrade(fixture: Fixture, ...flags: string[]): Action;
  rollback(revision: number, ...flags: string[]): Action;
  /** Status and revision of the release in the env's namespace. */
  status(): Promise<{ status: string; revision: number }>;
}

function helmOf({ env }: Story, helm: Command): Helm {
  return {
    upgrade:
      (fixture, ...flags) =>
      async (namespace) => {
        const { http } = (await routesOf(namespace, fixture)).spec as { http: unknown };
        const args = ['upgrade', '--install', RELEASE, CHART, '-n', namespace, '-f', '-', ...flags];
        return helm(args, { input: { http } });
      },
    rollback:
      (revision, ...flags) =>
      (namespace) =>
        helm(['rollback', RELEASE, String(revision), '-n', namespace, ...flags]),
    status: async () => {
      const text = await helm(['status', RELEASE, '-n', env, '-o', 'json']);
      const { info, version } = JSON.parse(text) as { info: { status: string }; version: number };
      return { status: info.status, revision: version };
    },
  };
}

interface Way {
  command: 'helm' | 'helm3';
  /** Flags of the first installation. Later upgrades use the apply method of the previous release. */
  install?: string[];
  /** Flag that makes Helm roll back a failed upgrade. */
  undo: string;
}

/**
 * The steps of a release: install, upgrade without and with changes, `helm rollback`, and an upgrade that fails and is
 * rolled back by Helm.
 */
async function released(story: Story, { command, install = [], undo }: Way): Promise<void> {
  const helm = helmOf(story, story.system.cluster[command]);
  const changed = async (action: Action, count: number, expected?: Expected): Promise<Done> => {
    const done = await story.both(action, expected);
    expect(done.changes).toHaveLength(count);
    return done;
  };
  await story.both(helm.upgrade('shop', ...install));
  await story.envComes();
  await changed(helm.upgrade('shop'), 0);
  await changed(helm.upgrade('shop-changed'), 1);
  await changed(helm.rollback(1), 1);
  expect(await helm.status()).toEqual({ status: 'deployed', revision: 4 });
  const failing = ['--set', 'broken=true', undo, '--timeout', '60s'];
  const failed = await changed(helm.upgrade('shop-changed', ...failing), 2);
  expect(failed.failed).toBe(true);
  expect(await helm.status()).toEqual({ status: 'deployed', revision: 6 });
  await noDiff(story, command);
  await story.envGoes();
  await noDiff(story, command);
}

/**
 * Asserts that applying the manifest of Helm's release would change nothing. The diff uses another field manager than
 * Helm, because Helm adds annotations that are not in this manifest.
 */
async function noDiff({ system, env }: Story, command: Way['command']): Promise<void> {
  const { cluster } = system;
  const input = await cluster[command](['get', 'manifest', RELEASE, '-n', env]);
  const diff = ['diff', '--server-side', '--force-conflicts', '--field-manager=other'];
  expect(await cluster.kubectl([...diff, '-n', env, '-f', '-'], { input })).toBe('');
}

export function tellOfHelm(tell: Tell): void {
  tell('Helm 4', 'by-helm', async (story) => {
    await released(story, { command: 'helm', undo: '--rollback-on-failure' });
  });

  tell('Helm 4 with client-side patches', 'by-helm-csa', async (story) => {
    const install = ['--server-side=false'];
    await released(story, { command: 'helm', install, undo: '--rollback-on-failure' });
  });

  tell('Helm 3', 'by-helm3', async (story) => {
    await released(story, { command: 'helm3', undo: '--atomic' });
  });

  tell(
    'Helm with --force (Helm 3) and --force-replace (Helm 4)',
    'by-helm-force',
    async (story) => {
      const three = helmOf(story, story.system.cluster.helm3);
      const four = helmOf(story, story.system.cluster.helm);
      await story.both(three.upgrade('shop'));
      await story.envComes();
      const differ = { owners: 'differ' } as const;
      await story.both(three.upgrade('shop-changed', '--force'), differ);
      await story.both(three.rollback(1, '--force'), differ);
      await story.both(four.upgrade('shop-changed', '--force-replace'), differ);
      expect(await four.status()).toEqual({ status: 'deployed', revision: 4 });
      await story.envGoes(differ);
    },
  );

  tell(
    'a release of Helm 3 that Helm 4 upgrades with server-side apply',
    'by-helm-moved',
    async (story) => {
      const three = helmOf(story, story.system.cluster.helm3);
      const four = helmOf(story, story.system.cluster.helm);
      await story.both(three.upgrade('shop'));
      await story.envComes();
      await story.both(four.upgrade('shop', '--server-side=true'));
      await story.both(four.upgrade('shop-changed'));
      expect(await four.status()).toEqual({ status: 'deployed', revision: 3 });
      await story.envGoes();
    },
  );
}
