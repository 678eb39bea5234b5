import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { decisionConfig } from '../../support/decision-config.ts';
import { recordFigure } from '../lib/figures.ts';
import { again, liveAgain, liveMerged, usersOf } from './lib/lives.ts';
import { canLoad, loadTest } from './lib/load-test.ts';
import { followMerges, type Merges } from './lib/merges.ts';
import { describeCount, phase, tellWrong, wrongs } from './lib/phase.ts';
import { openScene, type Scene } from './lib/scene.ts';
import { whileDisturbed } from './lib/while-disturbed.ts';

/** Minimum number of requests. */
const REQUESTS = Number(process.env['MESH_REQUESTS'] ?? 50_000);
const RATE = REQUESTS / 200;
const BRANCHES = ['mp-101', 'mp-102', 'mp-103'];
const ENVS = ['a', 'b'];
const USERS = [...BRANCHES, ...ENVS].flatMap(usersOf);
const SEED = 1;
const SECTION = 'Merges under load';
const NONE = { '5xx': 0, unanswered: 0, strange: 0, leaked: 0, missed: 0 };
const CONFIG = decisionConfig(['--merge-groups=istiomerger.monime.sl']);

describe('not one request is lost while merges come and go', () => {
  let scene: Scene;
  let merges: Merges;

  beforeAll(async () => {
    if (!canLoad) return;
    scene = await openScene({ config: CONFIG, proxies: 2, hasMerges: true });
    merges = await followMerges(scene.cluster);
  }, 240_000);
  afterAll(async () => {
    merges?.stop();
    await scene?.stop();
  });

  loadTest(
    'beside envs, while the target is rewritten, pods are replaced, and hooks and Metacontroller restart',
    async () => {
      const epochs = () => [...scene.envs.timeline.epochs(), ...merges.timeline.epochs()];
      const timeline = { ...scene.envs.timeline, epochs };
      const both = { ...scene, envs: { ...scene.envs, timeline } };
      let lives = 0;
      const counted = await phase(both, { rate: RATE, users: USERS, seed: SEED }, async (load) => {
        const isWanted = (lived: number) => lived < 2 || load.sent().length < REQUESTS;
        const { result, told } = await whileDisturbed(scene, () =>
          Promise.all([
            Promise.all(
              BRANCHES.map((branch) => again(() => liveMerged(merges, branch), isWanted)),
            ),
            Promise.all(ENVS.map((env) => liveAgain(scene.envs, env, isWanted))),
          ]),
        );
        const sum = (all: number[]) => all.reduce((total, one) => total + one, 0);
        const [ofMerges, ofEnvs] = [sum(result[0]), sum(result[1])];
        lives = ofMerges;
        const value = `${ofMerges} lives of branches with a merge, ${ofEnvs} of envs; ${told}`;
        recordFigure({ section: SECTION, what: 'meanwhile', value });
        process.stderr.write(`${value}\n`);
      });
      const byMerges = counted.sent.filter(({ version = '' }) => BRANCHES.includes(version)).length;
      const value = `${describeCount(counted)}; ${byMerges.toLocaleString('en-GB')} answered by branches with a merge`;
      recordFigure({ section: SECTION, what: 'lives', value });
      process.stderr.write(`${value}\n`);
      tellWrong(counted.wrong);
      expect(lives).toBeGreaterThanOrEqual(6);
      expect(counted.requests).toBeGreaterThanOrEqual(REQUESTS);
      expect(wrongs(counted)).toEqual(NONE);
      expect(byMerges).toBeGreaterThan(REQUESTS / 20);
    },
    900_000,
  );
});
