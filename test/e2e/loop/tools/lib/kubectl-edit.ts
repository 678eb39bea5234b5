import { expect } from '@jest/globals';
import { until } from '../../../control-plane/poll.ts';
import { recordFigure, spread } from '../../../lib/figures.ts';
import { routesOf } from './bench.ts';
import { withManifest } from './kubectl-apply.ts';
import { isOurs, wrongRoutes } from './routes.ts';
import type { Action, Story } from './story.ts';
import type { Tell } from './tell.ts';
import { pathOf, type Stored } from './versions.ts';

/** An Action that runs a kubectl command on the VirtualService. */
function about({ system }: Story, verb: string, ...args: string[]): Action {
  return (namespace) => {
    const target = [verb, 'virtualservices.networking.istio.io', 'backend'];
    return system.cluster.kubectl([...target, '-n', namespace, ...args]);
  };
}

const patch = (story: Story, type: string, content: unknown) =>
  about(story, 'patch', `--type=${type}`, '-p', JSON.stringify(content));

/** An Action with a JSON patch of the user's first route with this name. It looks up the index of the route. */
function patchRoute(story: Story, name: string, field: string, value: string): Action {
  return async (namespace) => {
    const { api } = story.system.cluster;
    const { spec } = await api.call<Stored>('GET', `${pathOf(namespace)}/backend`);
    const path = `/spec/http/${spec.http.findIndex((route) => route.name === name)}`;
    const operations = [
      { op: 'test', path: `${path}/name`, value: name },
      { op: 'add', path: `${path}/${field}`, value },
    ];
    return patch(story, 'json', operations)(namespace);
  };
}

/** An Action that runs kubectl edit. The editor is a command of sed. */
function edit({ system }: Story, command: string): Action {
  return (namespace) =>
    system.cluster.kubectl(
      ['edit', 'virtualservices.networking.istio.io', 'backend', '-n', namespace],
      {
        env: { KUBE_EDITOR: `sed -i.before '${command}'` },
      },
    );
}

export function tellOfEdits(tell: Tell): void {
  tell('kubectl replace', 'by-replace', async (story) => {
    await story.both(withManifest(story, ['create']));
    await story.envComes();
    // `kubectl replace` removes our routes and the webhook adds them again in the same write, so managed fields differ.
    const differ = { owners: 'differ' } as const;
    const changed = await story.both(withManifest(story, ['replace'], 'shop-changed'), differ);
    expect(changed.changes).toHaveLength(1);
    await story.both(withManifest(story, ['replace'], 'shop-changed'), differ);
    await story.both(withManifest(story, ['replace']), differ);
    await story.envGoes();
  });

  tell('kubectl edit', 'by-edit', async (story) => {
    await story.both(withManifest(story, ['create']));
    await story.envComes();
    expect((await story.both(edit(story, 's/60s/9s/'))).changes).toHaveLength(1);
    const ofOurs = await story.both(edit(story, `s/subset: ${story.env}$/subset: shared/`));
    expect(ofOurs.changes).toEqual([]);
    expect((await story.both(edit(story, 's/9s/60s/'))).changes).toHaveLength(1);
    await story.envGoes();
  });

  tell('kubectl patch, label and annotate', 'by-patch', async (story) => {
    await story.both(withManifest(story, ['create']));
    await story.envComes();
    const { http } = (await routesOf(story.env, 'shop-changed')).spec as { http: unknown };
    expect((await story.both(patch(story, 'merge', { spec: { http } }))).changes).toHaveLength(1);
    const rest = 'everything-else';
    expect((await story.both(patchRoute(story, rest, 'timeout', '9s'))).changes).toHaveLength(1);
    const refused = await story.both(patch(story, 'strategic', { spec: { http } }));
    expect(refused.said).toMatch('strategic-merge-patch+json is not supported');
    await story.both(about(story, 'label', 'team=shop'));
    await story.both(about(story, 'annotate', 'note=mine'));
    await story.both(about(story, 'label', 'team-'));
    await story.envGoes();
  });

  tell('a JSON patch of one of our routes changes nothing', 'by-index', async (story) => {
    await story.both(withManifest(story, ['create']));
    await story.envComes();
    const ofFirst = patch(story, 'json', [
      { op: 'add', path: '/spec/http/0/timeout', value: '9s' },
    ]);
    const before = (await story.both(about(story, 'label', 'team=shop'))).stored;
    const answer = JSON.parse(await patchAsJson(story, ofFirst)) as Stored;
    expect(answer.spec).toEqual(before.spec);
    expect(await story.missing()).toEqual([]);
    await story.envGoes({ owners: 'differ' });
  });

  tell(
    'a VirtualService that is deleted and created again gets its routes again',
    'by-recreation',
    async (story) => {
      const { strategy } = story.system;
      await story.both(withManifest(story, ['create']));
      await story.envComes();
      const start = Date.now();
      await withManifest(story, ['replace', '--force', '--cascade=background'])(story.env);
      const created = (await story.versions()).findLast(({ type }) => type === 'ADDED')?.object;
      expect(JSON.stringify(created)).not.toMatch(/riskified|dynamic-env/);
      await until(60, async () => {
        const latest = (await story.versions()).at(-1)?.object;
        return latest === undefined ? 'no version is stored' : wrongRoutes(latest, story.env);
      });
      const what = 'VirtualService deleted and created anew by one command → routes there again';
      recordFigure({ what, strategy, value: spread([Date.now() - start]) });
      expect((await story.versions()).at(-1)?.object.spec.http.some(isOurs)).toBe(true);
      await withManifest(story, ['replace', '--force'])(story.plain);
      await story.envGoes({ wasRecreated: true });
    },
  );
}

async function patchAsJson(story: Story, action: Action): Promise<string> {
  await action(story.env);
  return about(story, 'get', '-o', 'json')(story.env);
}
