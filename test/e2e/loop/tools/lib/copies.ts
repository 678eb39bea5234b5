import { expect, test } from '@jest/globals';
import { type ControlPlane, startControlPlane } from '../../../control-plane/control-plane.ts';
import { installCrds } from '../../../control-plane/crds.ts';
import { until } from '../../../control-plane/poll.ts';
import { controllerManifests } from '../../../lib/manifests.ts';
import { metacontrollerProgram } from '../../../lib/metacontroller.ts';
import type { System } from '../../../lib/system.ts';
import type { Bench } from './bench.ts';
import { withManifest } from './kubectl-apply.ts';
import { isOurs } from './routes.ts';
import { beginStory, type Story } from './story.ts';
import type { Tell } from './tell.ts';
import { pathOf, type Stored } from './versions.ts';

/** Output of `kubectl get -o yaml` for the VirtualService with the env's routes, changed to another namespace. */
async function copyFor({ system, env }: Story, namespace: string): Promise<string> {
  const { kubectl } = system.cluster;
  const yaml = await kubectl(['get', 'vs', 'backend', '-n', env, '-o', 'yaml']);
  expect(yaml).toMatch(`dynamic-environment-${env}-backend-`);
  // A user must remove these two fields: with them, the API server refuses the copy.
  const lines = yaml.split('\n').filter((line) => !/^ {2}(uid|resourceVersion):/.test(line));
  return lines.join('\n').replaceAll(`namespace: ${env}\n`, `namespace: ${namespace}\n`);
}

const VERBS = [
  ['create'],
  ['apply'],
  ['apply', '--server-side'],
  ['replace'],
  ['replace', '--force'],
];

export function tellOfCopies(tell: Tell): void {
  tell(
    'a manifest copied to another namespace is stored without our routes',
    'by-copy',
    async (story) => {
      const { kubectl, api } = story.system.cluster;
      await story.both(withManifest(story, ['apply']));
      await story.envComes();
      for (const [index, verb] of VERBS.entries()) {
        const namespace = `copy-${index}`;
        await kubectl(['create', 'namespace', namespace]);
        const input = await copyFor(story, namespace);
        // `kubectl replace` needs an existing object.
        if (verb[0] === 'replace') await kubectl(['create', '-f', '-'], { input });
        await kubectl([...verb, '-f', '-'], { input });
        expect(leftOf(await api.call<Stored>('GET', `${pathOf(namespace)}/backend`))).toEqual(
          CLEAN,
        );
      }
      await story.envGoes();
    },
  );

  tell(
    'a manifest saved while there was an env is stored without our routes afterwards',
    'by-restore',
    async (story) => {
      const { kubectl, api } = story.system.cluster;
      await story.both(withManifest(story, ['apply']));
      await story.envComes();
      const input = await copyFor(story, story.env);
      await story.envGoes();
      const restored = async () =>
        leftOf(await api.call<Stored>('GET', `${pathOf(story.env)}/backend`));
      await kubectl(['apply', '-f', '-'], { input });
      expect(await restored()).toEqual(CLEAN);
      await kubectl(['delete', 'vs', 'backend', '-n', story.env]);
      await kubectl(['create', '-f', '-'], { input });
      expect(await restored()).toEqual(CLEAN);
    },
  );
}

const CLEAN = { routes: 2, ours: 0, marks: [] };

/**
 * The number of routes, the number of our routes, and our marks in a stored object. It does not look into the
 * annotation last-applied-configuration, which contains the user's own text.
 */
function leftOf({ metadata, spec }: Stored) {
  const keys = [...Object.keys(metadata.labels ?? {}), ...Object.keys(metadata.annotations ?? {})];
  const marks = keys.filter((key) => key.includes('riskified.com/'));
  const ours = spec.http.filter(isOurs).length;
  return { routes: spec.http.length, ours, marks };
}

const LIMIT_MS = 300_000;

/** The other cluster has only Istio's definitions, and later also this project's webhook. */
export function tellOfAnotherCluster(bench: Bench): void {
  const name =
    'a manifest copied to another cluster is stored without our routes, if the webhook is installed there';
  if (metacontrollerProgram() === undefined) {
    test.skip(name, () => undefined);
    return;
  }
  const story = async (system: System, other: ControlPlane) => {
    const begun = await beginStory(system, 'by-move');
    await begun.both(withManifest(begun, ['apply']));
    await begun.envComes();
    begun.stop();
    await installCrds(other, 'istio');
    const input = await copyFor(begun, 'default');
    const stored = () => other.api.call<Stored>('GET', `${pathOf('default')}/backend`);
    await other.kubectl(['create', '-f', '-'], { input });
    // Without the webhook, the other cluster stores our routes as they are in the manifest.
    expect(leftOf(await stored())).toMatchObject({ routes: 4, ours: 2 });
    const webhooks = (await controllerManifests(system.service)).filter(
      ({ kind }) => kind === 'MutatingWebhookConfiguration',
    );
    for (const webhook of webhooks) await other.kubectl(['apply', '-f', '-'], { input: webhook });
    await until(60, async () => {
      // The API server calls a new webhook only some moments after its creation.
      await other.kubectl(['delete', 'vs', 'backend', '--ignore-not-found']);
      await other.kubectl(['create', '-f', '-'], { input });
      const left = leftOf(await stored());
      return left.ours === 0 ? undefined : `${left.ours} of our routes are stored`;
    });
    expect(leftOf(await stored())).toEqual(CLEAN);
  };
  test.concurrent(
    name,
    async () => {
      const other = await startControlPlane();
      try {
        await story(await bench.system(), other);
      } finally {
        await other.stop();
      }
    },
    LIMIT_MS,
  );
}
