import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { decisionConfig } from '../../support/decision-config.ts';
import { recordFigure } from '../lib/figures.ts';
import {
  installEnvironments,
  liveInEnvironments,
  liveWhileEdited,
  withWrongSetting,
} from './lib/environments.ts';
import { liveAgain } from './lib/lives.ts';
import { canLoad, loadTest } from './lib/load-test.ts';
import { describeCount, phase, tellWrong, wrongs } from './lib/phase.ts';
import type { Sent } from './lib/request.ts';
import { openScene, type Scene } from './lib/scene.ts';
import { isLongReady, sinceReady } from './lib/since-ready.ts';
import { whileDisturbed } from './lib/while-disturbed.ts';

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
        const isWanted = (lived: number) => lived < 2 || load.sent().length < REQUESTS;
        const { result, told } = await whileDisturbed(scene, () =>
          Promise.all([
            liveWhileEdited(scene.envs, scene.cluster, EDITED, () => isWanted(2)),
            ...ENVS.map((env) => liveAgain(scene.envs, env, isWanted, liveInEnvironments)),
          ]),
        );
        const [edited, ...lived] = result;
        lives = lived.reduce((sum, one) => sum + one, 0);
        edits = edited;
        const value = `${lives} lives of envs of configuration, ${edits} edits of an Environment; ${told}`;
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
      tellWrong({ ...counted.wrong, wrongSettings });
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
