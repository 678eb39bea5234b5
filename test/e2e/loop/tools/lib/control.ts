import { expect, test } from '@jest/globals';
import { until } from '../../../control-plane/poll.ts';
import { metacontrollerProgram } from '../../../lib/metacontroller.ts';
import type { Bench } from './bench.ts';
import { withManifest } from './kubectl-apply.ts';
import { wrongRoutes } from './routes.ts';
import { beginStory } from './story.ts';

const LIMIT_MS = 300_000;

/**
 * A negative control for the checks in these tests: with the webhook down, they must find a stored version without
 * routes. It runs after the other tests, because they need the webhook.
 */
export function tellOfTheCheck(bench: Bench): void {
  const name =
    'negative control: without the webhook a version without routes is stored, the check finds it, and the routes come back';
  const run = metacontrollerProgram() === undefined ? test.skip : test;
  run(
    name,
    async () => {
      const system = await bench.system();
      const story = await beginStory(system, 'by-loss');
      await story.both(withManifest(story, ['apply']));
      await story.envComes();
      const open = await system.service.loseWebhook();
      await expect(story.both(withManifest(story, ['apply'], 'shop-changed'))).rejects.toThrow(
        /has \[shared: everything-else\], not \[by-loss: everything-else, /,
      );
      await open();
      await until(90, async () => {
        const latest = (await story.versions()).at(-1)?.object;
        return latest === undefined ? 'no version is stored' : wrongRoutes(latest, story.env);
      });
      expect(await story.missing()).not.toEqual([]);
      story.stop();
    },
    LIMIT_MS,
  );
}
