import { expect } from '@jest/globals';
import { routesOf } from './bench.ts';
import { ownersOfRoutes } from './owners.ts';
import type { Action, Story } from './story.ts';
import type { Tell } from './tell.ts';

export type Fixture = 'shop' | 'shop-changed';

/** An Action that runs a kubectl command with the VirtualService's manifest as input. */
export function withManifest(
  { system }: Story,
  args: readonly string[],
  fixture: Fixture = 'shop',
  apiVersion?: string,
): Action {
  return async (namespace) => {
    const manifest = await routesOf(namespace, fixture);
    const input = apiVersion === undefined ? manifest : { ...manifest, apiVersion };
    return system.cluster.kubectl([...args, '-f', '-'], { input });
  };
}

/** The diff of a GitOps tool: what a server-side apply with --force-conflicts would change. */
const SERVER_DIFF = ['diff', '--server-side', '--force-conflicts'];

/**
 * The same command applies the manifest several times: first without an env, then with one, unchanged and changed, and
 * the env is deleted at the end.
 */
async function applied(story: Story, args: readonly string[], apiVersion?: string): Promise<void> {
  const apply = (fixture: Fixture) => withManifest(story, args, fixture, apiVersion);
  const noDiff = async (fixture: Fixture) => {
    for (const diff of [
      ['diff', ...args.slice(1)],
      [...SERVER_DIFF, '--field-manager=other'],
    ]) {
      // `kubectl diff` fails if there is a difference, and the error contains it.
      expect(await withManifest(story, diff, fixture, apiVersion)(story.env)).toBe('');
    }
  };
  await story.both(apply('shop'));
  await story.envComes();
  await noDiff('shop');
  expect((await story.both(apply('shop'))).changes).toEqual([]);
  expect((await story.both(apply('shop-changed'))).changes).toHaveLength(1);
  await noDiff('shop-changed');
  expect((await story.both(apply('shop'))).changes).toHaveLength(1);
  await story.envGoes();
  await noDiff('shop');
}

const SSA = ['apply', '--server-side'];

export function tellOfApply(tell: Tell): void {
  tell('kubectl apply', 'by-apply', async (story) => {
    await applied(story, ['apply']);
  });

  tell('kubectl apply --server-side', 'by-ssa', async (story) => {
    await applied(story, SSA);
  });

  tell(
    'server-side apply with --force-conflicts and the field managers of Argo CD and Flux',
    'by-gitops',
    async (story) => {
      await applied(story, [...SSA, '--force-conflicts', '--field-manager=argocd-controller']);
      await story.envComes();
      const flux = [...SSA, '--force-conflicts', '--field-manager=kustomize-controller'];
      const taken = await story.both(withManifest(story, flux, 'shop-changed'));
      expect(ownersOfRoutes(taken.stored)).toEqual(['kustomize-controller']);
      await story.envGoes();
    },
  );

  tell('kubectl apply of an older API version', 'by-v1beta1', async (story) => {
    await applied(story, ['apply'], 'networking.istio.io/v1beta1');
  });

  // Without an env there is no conflict, because the stored value of spec.http is equal to the applied one.
  tell(
    'a change from kubectl apply to apply --server-side needs --force-conflicts while there is an env',
    'by-both-applies',
    async (story) => {
      await story.both(withManifest(story, ['apply']));
      await story.envComes();
      const conflict = 'conflict with "kubectl-client-side-apply"';
      await expect(withManifest(story, SSA)(story.env)).rejects.toThrow(conflict);
      const moved = await story.both(withManifest(story, [...SSA, '--force-conflicts']));
      expect(ownersOfRoutes(moved.stored)).toEqual(['kubectl']);
      await story.both(withManifest(story, SSA, 'shop-changed'));
      await story.envGoes();
    },
  );

  tell(
    'kubectl apply --server-side of fields that another field manager owns',
    'by-conflict',
    async (story) => {
      const gitops = [...SSA, '--field-manager=gitops'];
      const force = [...gitops, '--force-conflicts'];
      await story.both(withManifest(story, [...SSA, '--field-manager=owner']));
      await story.envComes();
      const refused = await story.both(withManifest(story, gitops, 'shop-changed'));
      expect(refused.said).toMatch(/conflict with "owner": \.spec\.http/);
      const forced = await story.both(withManifest(story, force, 'shop-changed'));
      expect(forced.changes).toHaveLength(1);
      expect(ownersOfRoutes(forced.stored)).toEqual(['gitops']);
      await story.both(withManifest(story, force));
      await story.envGoes();
    },
  );

  // Without an env, two field managers may own the same value. With our routes, the stored value differs from both.
  tell(
    'a second field manager of the same routes gets a conflict while there is an env',
    'by-two-owners',
    async (story) => {
      const owner = withManifest(story, [...SSA, '--field-manager=owner']);
      const gitops = withManifest(story, [...SSA, '--field-manager=gitops']);
      await story.both(owner);
      await story.envComes();
      await gitops(story.plain);
      await expect(gitops(story.env)).rejects.toThrow('conflict with "owner": .spec.http');
      await story.both(owner, { owners: 'differ' });
      await story.envGoes({ owners: 'differ' });
      await story.both(gitops);
    },
  );
}
