import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { decisionConfig } from '../../support/decision-config.ts';
import { recordFigure } from '../lib/figures.ts';
import { disturb } from './lib/disturb.ts';
import {
  installEnvironments,
  liveInEnvironments,
  liveWhileEdited,
  withWrongSetting,
} from './lib/environments.ts';
import { startTool } from './lib/gitops.ts';
import { liveAgain } from './lib/lives.ts';
import { canLoad, loadTest } from './lib/load-test.ts';
import { describeCount, phase, wrongs } from './lib/phase.ts';
import type { Sent } from './lib/request.ts';
import { openScene, type Scene } from './lib/scene.ts';
import { isLongReady, sinceReady } from './lib/since-ready.ts';

/** Minimum number of requests. */
const REQUESTS = Number(process.env['MESH_REQUESTS'] ?? 50_000);
const RATE = REQUESTS / 200;
const ENVS = ['a', 'b'];
/** The env whose Environment is edited. */
const EDITED = 'c';
const SEED = 1;
const SECTION = 'Environments under load';
const NONE = { '5xx': 0, unanswered: 0, strange: 0, leaked: 0, missed: 0 };

describe('not one request is lost while envs move between Environments', () => {
  let scene: Scene;

  beforeAll(async () => {
    if (!canLoad) return;
    const config = decisionConfig();
    scene = await openScene({ config, proxies: 2, hasEnvironments: true });
    await installEnvironments(scene.cluster);
  }, 240_000);
  afterAll(() => scene?.stop());

  loadTest(
    'and become equal to the base, differ again, and an Environment is edited',
    async () => {
      let lives = 0;
      let edits = 0;
      const mix = { rate: RATE, users: [...ENVS, EDITED], seed: SEED };
      const counted = await phase(scene, mix, async (load) => {
        const tool = startTool(scene.cluster);
        let isOver = false;
        const disturbing = disturb(scene, tool, () => isOver);
        const isWanted = (lived: number) => lived < 2 || load.sent().length < REQUESTS;
        const lived = Promise.all(
          ENVS.map((env) => liveAgain(scene.envs, env, isWanted, liveInEnvironments)),
        );
        const edited = liveWhileEdited(scene.envs, scene.cluster, EDITED, () => isWanted(2));
        lives = (await lived).reduce((sum, one) => sum + one, 0);
        edits = await edited;
        isOver = true;
        const done = await disturbing;
        await tool.stop();
        const told = Object.entries(done).map(([what, times]) => `${what} ${times} times`);
        const value = `${lives} lives of envs of configuration, ${edits} edits of an Environment; ${told.join(', ')}; ${tool.writes()} writes of the VirtualService`;
        recordFigure({ section: SECTION, what: 'meanwhile', value });
        process.stderr.write(`${value}\n`);
      });
      const epochs = scene.envs.timeline.epochs();
      const former = [...counted.wrong.leaked, ...withWrongSetting(counted.sent, epochs)];
      const lags = former.map((one) => sinceReady(one, epochs));
      const isLate = (one: Sent) => isLongReady(one, epochs);
      counted.wrong.leaked = counted.wrong.leaked.filter(isLate);
      const wrongSettings = withWrongSetting(counted.sent, epochs).filter(isLate);
      const settings = new Set(counted.sent.map(({ setting }) => setting));
      const value = `${describeCount(counted)}; answers of pods with the former value after Ready: ${former.length}, the last one after ${Math.max(0, ...lags)} ms`;
      recordFigure({ section: SECTION, what: 'lives', value });
      process.stderr.write(`${value}\n`);
      for (const [kind, sent] of Object.entries({ ...counted.wrong, wrongSettings })) {
        for (const one of sent.slice(0, 5)) {
          process.stderr.write(`  ${kind} ${JSON.stringify(one)}\n`);
        }
      }
      expect(lives).toBeGreaterThanOrEqual(4);
      expect(edits).toBeGreaterThanOrEqual(3);
      expect(counted.requests).toBeGreaterThanOrEqual(REQUESTS);
      expect(wrongs(counted)).toEqual(NONE);
      expect(wrongSettings).toEqual([]);
      expect(['qa', 'uat', 'own', 'shared'].filter((one) => !settings.has(one))).toEqual([]);
      expect(counted.byEnvs).toBeGreaterThan(REQUESTS / 10);
    },
    900_000,
  );
});
