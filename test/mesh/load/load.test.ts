import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { decisionConfig } from '../../support/decision-config.ts';
import { recordFigure } from '../lib/figures.ts';
import { liveAgain, liveWithRef, refsOf, usersOf } from './lib/lives.ts';
import { canLoad, loadTest } from './lib/load-test.ts';
import { type Count, describeCount, phase, tellWrong, wrongs } from './lib/phase.ts';
import { openScene, type Scene } from './lib/scene.ts';
import { REF_CARRIERS } from './lib/selections.ts';
import { whileDisturbed } from './lib/while-disturbed.ts';

/** Minimum number of requests while envs live. The other phases send additional requests. */
const REQUESTS = Number(process.env['MESH_REQUESTS'] ?? 100_000);
const RATE = REQUESTS / 250;
const ENVS = ['a', 'b', 'c'];
/** Envs that have refs, some of the time together with matches. */
const REF_ENVS = ['d', 'e'];
const USERS = [...ENVS, ...REF_ENVS].flatMap(usersOf);
const REFS = REF_ENVS.flatMap(refsOf);
const SEED = 1;
const SECTION = 'Requests under load';
const DEFAULTS = { ...decisionConfig(), refCarriers: REF_CARRIERS };
const NONE = { '5xx': 0, unanswered: 0, strange: 0, leaked: 0, missed: 0 };

describe('not one request is lost', () => {
  let scene: Scene;
  const losses: number[] = [];

  beforeAll(async () => {
    if (!canLoad) return;
    scene = await openScene({ config: DEFAULTS, proxies: 2 });
  }, 240_000);
  afterAll(() => scene?.stop());

  const count = async (name: string, work: Parameters<typeof phase>[2]): Promise<Count> => {
    const counted = await phase(scene, { rate: RATE, users: USERS, refs: REFS, seed: SEED }, work);
    recordFigure({ section: SECTION, what: name, value: describeCount(counted) });
    process.stderr.write(`${name}: ${describeCount(counted)}\n`);
    tellWrong(counted.wrong);
    return counted;
  };

  loadTest(
    'with the same load and no env',
    async () => {
      const counted = await count('no env', async (load) => {
        while (load.sent().length < REQUESTS * 0.1) await sleep(100);
      });
      expect(wrongs(counted)).toEqual(NONE);
      expect(counted.byEnvs).toBe(0);
    },
    120_000,
  );

  loadTest(
    'while envs are created, changed and deleted, and pods, hooks and Metacontroller restart',
    async () => {
      let lives = 0;
      const counted = await count('lives', async (load) => {
        const isWanted = (lived: number) => lived < 3 || load.sent().length < REQUESTS;
        const { result, told } = await whileDisturbed(scene, () =>
          Promise.all([
            ...ENVS.map((env) => liveAgain(scene.envs, env, isWanted)),
            ...REF_ENVS.map((env) => liveAgain(scene.envs, env, isWanted, liveWithRef)),
          ]),
        );
        lives = result.reduce((sum, one) => sum + one, 0);
        const value = `${lives} lives of envs, with and without refs; ${told}`;
        recordFigure({ section: SECTION, what: 'meanwhile', value });
        process.stderr.write(`${value}\n`);
      });
      expect(lives).toBeGreaterThanOrEqual(10);
      expect(counted.requests).toBeGreaterThanOrEqual(REQUESTS);
      expect(wrongs(counted)).toEqual(NONE);
      expect(counted.byRefs).toBeGreaterThan(0);
    },
    900_000,
  );

  loadTest.each([
    ['settle 0, drain 0', 0],
    ['no waiting at all', -1],
  ])(
    'control: with %s, the same load finds lost requests',
    async (name, seconds) => {
      const config = { ...DEFAULTS, settleSeconds: seconds, drainSeconds: seconds };
      await scene.system.service.configure(config);
      const counted = await count(name, async (load) => {
        const isWanted = (lived: number) => lived < 3 || load.sent().length < REQUESTS * 0.06;
        await Promise.all(ENVS.map((env) => liveAgain(scene.envs, env, isWanted)));
      });
      losses.push(...Object.values(wrongs(counted)));
      if (seconds === 0) return;
      expect(losses.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(0);
    },
    600_000,
  );
});
