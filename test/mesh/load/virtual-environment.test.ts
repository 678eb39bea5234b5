import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect } from '@jest/globals';
import { recordFigure } from '../lib/figures.ts';
import { rollBase } from './lib/base.ts';
import { BASE, WRONGS, type Wrong } from './lib/judge.ts';
import { judgeLevel } from './lib/levels-judge.ts';
import { type LevelsScene, openLevels } from './lib/levels-scene.ts';
import { deploymentOf } from './lib/levels-world.ts';
import { again } from './lib/lives.ts';
import { startLoad } from './lib/load.ts';
import { loadTest } from './lib/load-test.ts';
import { type Sent, userOf } from './lib/request.ts';
import { HOST, NAMESPACE } from './lib/world.ts';

/** Minimum number of requests. */
const REQUESTS = Number(process.env['MESH_REQUESTS'] ?? 50_000);
const RATE = REQUESTS / 200;
const SECTION = 'VirtualEnvironment under load';
const [FIRST, CHILD, SECOND] = [`${BASE}.p1`, `${BASE}.p1.u1`, `${BASE}.p2`] as const;
/** Versions, values whose version is an ancestor, and values without a version. */
const USERS = [FIRST, CHILD, SECOND, `${FIRST}.u2`, `${CHILD}.x`, `${BASE}.p3`];
const CLIENTS = [undefined, SECOND];
const NONE = { '5xx': 0, unanswered: 0, strange: 0, leaked: 0, missed: 0 };

type Wrongs = Record<Wrong, Sent[]>;

describe('a VirtualEnvironment under load', () => {
  let scene: LevelsScene | undefined;
  afterEach(() => scene?.stop());

  const start = ({ doors }: LevelsScene, rate: number) =>
    startLoad({ doors, host: HOST, rate, mix: { users: USERS, doors: doors.length, seed: 1 } });

  loadTest(
    'no request is lost or on a wrong level while versions come, roll, announce that they leave, and leave, and the VirtualEnvironment is created and deleted',
    async () => {
      scene = await openLevels({ clients: CLIENTS });
      const { levels, cluster, system } = scene;
      const load = start(scene, RATE);
      let lives = 0;
      const done = { 'base rolled': 0, 'hooks killed': 0, 'Metacontroller killed': 0 };
      await levels.createEnvironment();
      await levels.come(FIRST);
      // With a version that stays, it goes and comes again: its pods serve regular requests meanwhile.
      await levels.deleteEnvironment();
      await levels.createEnvironment();
      let isOver = false;
      const disturbing = (async () => {
        while (!isOver) {
          await sleep(8000);
          await rollBase(cluster);
          done['base rolled'] += 1;
          const startAgain = await system.killMetacontroller();
          await sleep(5000);
          await startAgain();
          done['Metacontroller killed'] += 1;
          await sleep(8000);
          const open = await system.service.kill();
          await sleep(5000);
          await open();
          done['hooks killed'] += 1;
        }
      })();
      const isWanted = (lived: number) => lived < 2 || load.sent().length < REQUESTS;
      const live = async (version: string) => {
        await levels.come(version);
        await levels.roll(version);
        await levels.scale(version, 2);
        await levels.roll(version);
        await levels.scale(version, 1);
        await levels.leave(version);
        lives += 1;
      };
      await Promise.all([CHILD, SECOND].map((version) => again(() => live(version), isWanted)));
      isOver = true;
      await disturbing;
      await levels.leave(FIRST);
      await levels.deleteEnvironment();
      await levels.createEnvironment();
      await levels.deleteEnvironment();
      const sent = await load.stop();
      const told = Object.entries(done).map(([what, times]) => `${what} ${times} times`);
      const wrong = wrongsOf(sent, levels);
      tell('meanwhile', `${lives} lives of versions; ${told.join(', ')}`);
      tell('lives', describeWrongs(sent, wrong));
      const byVersions = sent.filter(({ version }) => version !== BASE).length;
      expect(sent.length).toBeGreaterThanOrEqual(REQUESTS);
      expect(byVersions).toBeGreaterThan(REQUESTS / 20);
      expect(counts(wrong)).toEqual(NONE);
    },
    1_200_000,
  );

  loadTest.each([
    ['scaled to zero, and its pods stop at once', 0.1, 'scale'],
    ['scaled to zero, and its pods serve for 5 s more', 5, 'scale'],
    ['unready all at once', 5, 'fail'],
  ] as const)(
    'a version that leaves without a word: %s',
    async (what, finishSeconds, way) => {
      scene = await openLevels({ clients: CLIENTS, finishSeconds });
      const { levels } = scene;
      await levels.createEnvironment();
      await levels.come(FIRST);
      const load = start(scene, 500);
      const spans: number[] = [];
      let lost = 0;
      for (let round = 0; round < 5; round += 1) {
        const from = Date.now();
        const back = await leaveSilently(scene, way);
        await sleep(6000);
        const failed = load.sent().filter((one) => one.end >= from && isLost(one));
        lost += failed.length;
        spans.push(spanOf(failed));
        // It has really left: the regular version answers its requests.
        const late = load.sent().filter((one) => one.start >= from + 5000 && isOf(one, FIRST));
        expect(new Set(late.map(({ version }) => version))).toEqual(new Set([BASE]));
        await back();
        await sleep(9000);
      }
      const sent = await load.stop();
      const own = sent.filter((one) => isOf(one, FIRST)).length;
      const number = (value: number) => value.toLocaleString('en-GB');
      tell(
        `without a word, ${what}`,
        `${number(lost)} requests lost of ${number(own)} for its values and ${number(sent.length)} in all; it left ${spans.length} times, and lost requests for at most ${(Math.max(...spans) / 1000).toFixed(2)} s`,
      );
      expect(own).toBeGreaterThan(0);
      // Other requests are not concerned.
      const others = sent.filter((one) => isLost(one) && !isOf(one, FIRST));
      expect(others).toEqual([]);
    },
    400_000,
  );
});

/** Takes all pods of a version away. Returns a function that brings them back. */
async function leaveSilently({ cluster, pods }: LevelsScene, way: 'scale' | 'fail') {
  const deployment = deploymentOf(FIRST);
  if (way === 'fail') return pods.failPods(`${NAMESPACE}/${deployment}`);
  const scale = (replicas: number) =>
    cluster.kubectl(['scale', 'deployment', deployment, '-n', NAMESPACE, `--replicas=${replicas}`]);
  await scale(0);
  return () => scale(1);
}

const isOf = (sent: Sent, version: string) =>
  userOf(sent) === version || userOf(sent)?.startsWith(`${version}.`) === true;
const isLost = ({ status }: Sent) => status === 0 || status >= 500;

/** Milliseconds from the first of these requests to the last. */
function spanOf(sent: readonly Sent[]): number {
  const starts = sent.map(({ start }) => start);
  return starts.length === 0 ? 0 : Math.max(...starts) - Math.min(...starts);
}

function wrongsOf(sent: readonly Sent[], { lives, environment }: LevelsScene['levels']): Wrongs {
  const wrong = Object.fromEntries(WRONGS.map((kind) => [kind, [] as Sent[]])) as Wrongs;
  for (const one of sent) {
    const kind = judgeLevel(one, { lives, environment, doors: CLIENTS });
    if (kind !== undefined) wrong[kind].push(one);
  }
  for (const [kind, list] of Object.entries(wrong)) {
    for (const one of list.slice(0, 5)) process.stderr.write(`  ${kind} ${JSON.stringify(one)}\n`);
  }
  return wrong;
}

const counts = (wrong: Wrongs) =>
  Object.fromEntries(Object.entries(wrong).map(([kind, sent]) => [kind, sent.length]));

function describeWrongs(sent: readonly Sent[], wrong: Wrongs): string {
  const found = Object.entries(counts(wrong)).filter(([, amount]) => amount > 0);
  const told = found.map(([kind, amount]) => `${amount} ${kind}`).join(', ');
  const number = (value: number) => value.toLocaleString('en-GB');
  const byVersions = sent.filter(({ version }) => version !== BASE).length;
  return `${number(sent.length)} requests (${number(byVersions)} not answered by the regular version): ${told || 'none wrong'}`;
}

function tell(what: string, value: string): void {
  recordFigure({ section: SECTION, what, value });
  process.stderr.write(`${what}: ${value}\n`);
}
