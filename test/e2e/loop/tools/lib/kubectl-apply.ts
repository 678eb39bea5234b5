import { expect } from '@jest/globals';
import { routesOf } from './bench.ts';
import { ownersOfRoutes } from './owners.ts';
import type { Action, Story } from './story.ts';
import type { Tell } from './tell.ts';

export type Fixture = 'shop' | 'shop-changed';

/** A kubectl command that reads the VirtualService's manifest. */
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

/** What a GitOps tool asks: would the manifest, applied by force on the server under this name, change anything? */
const SERVER_DIFF = ['diff', '--server-side', '--force-conflicts'];

/** The life of a VirtualService whose manifest one and the same command brings, again and again. */
async function applied(story: Story, args: readonly string[], apiVersion?: string): Promise<void> {
  const apply = (fixture: Fixture) => withManifest(story, args, fixture, apiVersion);
  const noDiff = async (fixture: Fixture) => {
    for (const diff of [
      ['diff', ...args.slice(1)],
      [...SERVER_DIFF, '--field-manager=other'],
    ]) {
      // It fails when there is a difference, and prints it.
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
    'server-side apply by force, with the names that Argo CD and Flux have',
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

  // Without an env there is no conflict: the stored value is the one that is applied.
  tell(
    'from kubectl apply to apply --server-side, by force while there is an env',
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

  tell('kubectl apply --server-side of what another owns', 'by-conflict', async (story) => {
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
  });

  // Without an env, two managers may own the same value; ours makes the stored value another than either's.
  tell(
    'a second manager of the same routes meets a conflict while there is an env',
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
