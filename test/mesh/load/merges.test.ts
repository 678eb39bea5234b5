import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { decisionConfig } from '../../support/decision-config.ts';
import { recordFigure } from '../lib/figures.ts';
import { disturb } from './lib/disturb.ts';
import { startTool } from './lib/gitops.ts';
import { again, liveAgain, liveMerged, usersOf } from './lib/lives.ts';
import { canLoad, loadTest } from './lib/load-test.ts';
import { followMerges, type Merges } from './lib/merges.ts';
import { describeCount, phase, wrongs } from './lib/phase.ts';
import { openScene, type Scene } from './lib/scene.ts';

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
        const tool = startTool(scene.cluster);
        let isOver = false;
        const disturbing = disturb(scene, tool, () => isOver);
        const isWanted = (lived: number) => lived < 2 || load.sent().length < REQUESTS;
        const merged = Promise.all(
          BRANCHES.map((branch) => again(() => liveMerged(merges, branch), isWanted)),
        );
        const lived = Promise.all(ENVS.map((env) => liveAgain(scene.envs, env, isWanted)));
        const sum = (all: number[]) => all.reduce((total, one) => total + one, 0);
        const [ofMerges, ofEnvs] = [sum(await merged), sum(await lived)];
        isOver = true;
        lives = ofMerges;
        const done = await disturbing;
        await tool.stop();
        const told = Object.entries(done).map(([what, times]) => `${what} ${times} times`);
        const value = `${ofMerges} lives of branches with a merge, ${ofEnvs} of envs; ${told.join(', ')}; ${tool.writes()} writes of the VirtualService`;
        recordFigure({ section: SECTION, what: 'meanwhile', value });
        process.stderr.write(`${value}\n`);
      });
      const byMerges = counted.sent.filter(({ version = '' }) => BRANCHES.includes(version)).length;
      const value = `${describeCount(counted)}; ${byMerges.toLocaleString('en-GB')} answered by branches with a merge`;
      recordFigure({ section: SECTION, what: 'lives', value });
      process.stderr.write(`${value}\n`);
      for (const [kind, sent] of Object.entries(counted.wrong)) {
        for (const one of sent.slice(0, 5)) {
          process.stderr.write(`  ${kind} ${JSON.stringify(one)}\n`);
        }
      }
      expect(lives).toBeGreaterThanOrEqual(6);
      expect(counted.requests).toBeGreaterThanOrEqual(REQUESTS);
      expect(wrongs(counted)).toEqual(NONE);
      expect(byMerges).toBeGreaterThan(REQUESTS / 20);
    },
    900_000,
  );
});
