import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { until } from '../../e2e/control-plane/poll.ts';
import { decisionConfig } from '../../support/decision-config.ts';
import { recordFigure } from '../lib/figures.ts';
import { envSubsets, routedSubsets } from './lib/env-subsets.ts';
import { upgradeTest } from './lib/load-test.ts';
import { olderFolder, startOlder } from './lib/older.ts';
import { describeCount, phase, wrongs } from './lib/phase.ts';
import { openScene, type Scene } from './lib/scene.ts';
import { NAMESPACE } from './lib/world.ts';

const DEFAULTS = decisionConfig();
const ENVS = ['a', 'b', 'c'];
const NONE = { '5xx': 0, unanswered: 0, strange: 0, leaked: 0, missed: 0 };
const RATE = 300;
const REST_MS = 3000;
/**
 * Maximum time for rolling the pods, updating the proxies and draining the old objects. With the default settings this
 * takes less than half of it.
 */
const UPGRADE_SECONDS = 240;

describe('envs that an older version created', () => {
  let scene: Scene;

  beforeAll(async () => {
    if (olderFolder() === undefined) return;
    scene = await openScene({ config: DEFAULTS, proxies: 2 });
  }, 240_000);
  afterAll(() => scene?.stop());

  upgradeTest(
    'are migrated without a lost request, stay Ready, and can be changed and deleted',
    async () => {
      const { cluster, envs, system } = scene;
      const open = await system.service.kill();
      const older = await startOlder(olderFolder() ?? '', system.service, cluster.folder);
      for (const env of ENVS) await envs.create(env, env);
      for (const env of ENVS) await envs.untilReady(env);
      const before = await envSubsets(cluster.api);
      expect(before).toHaveLength(ENVS.length);
      let seconds = 0;
      const counted = await phase(scene, { rate: RATE, users: ENVS, seed: 1 }, async () => {
        await sleep(REST_MS);
        await older.stop();
        await open();
        const since = Date.now();
        await until(UPGRADE_SECONDS, async () => {
          const now = await envSubsets(cluster.api);
          const left = now.filter((subset) => before.includes(subset));
          return left.length === 0 ? undefined : `still there: ${left.join(', ')}`;
        });
        seconds = (Date.now() - since) / 1000;
        await sleep(REST_MS);
        const [first = ''] = ENVS;
        const containers = [{ image: 'backend:3' }];
        const subsets = [{ name: 'backend', namespace: NAMESPACE, containers }];
        await envs.patch(first, first, { subsets });
        await envs.untilReady(first);
        await sleep(REST_MS);
      });
      const value = `${describeCount(counted)}; carried over in ${seconds.toFixed(1)} s`;
      recordFigure({ section: 'Upgrade', what: 'three envs of the version before', value });
      process.stderr.write(`${value}\n`);
      const named = (await envSubsets(cluster.api)).map((text) => JSON.parse(text).name as string);
      expect(new Set(await routedSubsets(cluster.api))).toEqual(new Set(named));
      expect(wrongs(counted)).toEqual(NONE);
      expect(counted.byEnvs).toBeGreaterThan(0);
      // The status was Ready all the time, except for the env that was changed.
      const spans = envs.timeline.epochs().map(({ ready }) => ready.length);
      expect(spans).toEqual([2, 1, 1]);
      for (const env of ENVS) await envs.remove(env);
      for (const env of ENVS) await envs.untilGone(env);
      expect(await envSubsets(cluster.api)).toEqual([]);
    },
    600_000,
  );
});
