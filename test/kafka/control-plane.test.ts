import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Admin } from '@platformatic/kafka';
import { LEAVING_SECONDS } from '../../src/kinds/dynamicenv/events/times.ts';
import { metacontrollerProgram } from '../e2e/lib/metacontroller.ts';
import { STEPS } from './lib/cluster/history.ts';
import { type EnvOptions, NAMESPACE, SERVICE } from './lib/cluster/manifests.ts';
import { calm, openScene, type Scene } from './lib/cluster/scene.ts';
import type { AdapterName } from './lib/consumer-settings.ts';
import { record } from './lib/figures.ts';
import { finish } from './lib/finish.ts';
import { inWords, type Verdict } from './lib/judge.ts';
import { startTraffic } from './lib/producer.ts';
import { BROKER } from './lib/suite.ts';
import { createTopics } from './lib/topics.ts';

const ADAPTER: AdapterName = 'platformatic consumer';
const ONE: EnvOptions = { kind: 'subsets', replicas: 2 };
const TWO: EnvOptions = { kind: 'consumers', replicas: 1 };
const REFS = ['mp-101', 'mp-102'];
const [MP_101 = '', MP_102 = ''] = REFS;
/** Far more than on a machine that does nothing else. */
const LONGEST_MS = 1_200_000;

const isPossible = metacontrollerProgram() !== undefined;
if (!isPossible) {
  const why = 'METACONTROLLER_BIN is not set; in the other tests a script plays the phases';
  process.stderr.write(`SKIPPED: messages with a real control plane, because ${why}\n`);
}
const possibleTest = isPossible ? test : test.skip;

let scene: Scene;
let verdict: Verdict;

beforeAll(async () => {
  if (isPossible) await play();
}, LONGEST_MS);
afterAll(() => scene?.stop(), 120_000);

/** Two envs come, and one of them is updated, suspended, resumed and deleted, as a developer does it, while messages come in. */
async function play(): Promise<void> {
  const bootstrapBrokers = [process.env[BROKER] ?? ''];
  const admin = new Admin({ clientId: 'test', bootstrapBrokers });
  const { plain, transactional } = await createTopics(admin, 'control-plane', 4);
  await admin.close();
  const topics = [plain, transactional];
  scene = await openScene(topics, ADAPTER);
  const { broker, apply, untilReady, untilGone, disturb, kubectl } = scene;
  const traffic = startTraffic({
    ...{ broker, name: 'message', service: SERVICE, topics, refs: REFS, everyMs: 150 },
    transactional: [transactional],
  });
  await disturb('stable joins', undefined, () => sleep(8000));

  const create = (ref: string, options: EnvOptions) =>
    disturb(`${ref} is created`, ref, async () => {
      await apply(ref, options);
      await untilReady(ref);
    });
  const goes = async (ref: string) => {
    await untilGone(ref);
    await calm();
  };
  const remove = (ref: string) =>
    disturb(`${ref} is deleted`, ref, async () => {
      await kubectl(['delete', 'de', ref, '--timeout=300s']);
      await goes(ref);
    });

  await Promise.all([create(MP_101, ONE), create(MP_102, TWO)]);
  await calm();
  await disturb(`${MP_101} gets another version`, MP_101, async () => {
    const old = scene.pods().filter(({ by }) => by === MP_101);
    await apply(MP_101, { ...ONE, version: 'mp-101.2' });
    await untilGone(MP_101, (pod) => !old.includes(pod) || pod.isGone());
    await untilReady(MP_101);
  });
  await calm();
  await Promise.all([
    disturb(`${MP_101} is suspended`, MP_101, async () => {
      await apply(MP_101, { ...ONE, suspend: true });
      await goes(MP_101);
    }),
    remove(MP_102),
  ]);
  await create(MP_101, ONE);
  await calm();
  await remove(MP_101);

  const { history, disturbances, say } = scene;
  const handledFiles = () =>
    scene.pods().map(({ name, by, handledFile }) => ({ pod: name, by, file: handledFile }));
  const judged = { say, group: SERVICE, topics, handledFiles, disturbances, suite: scene };
  verdict = await finish(judged, traffic, history.lifetimes);
  say(inWords(ADAPTER, verdict));
  record(`control plane: ${ADAPTER}`, verdict);
}

describe('envs on a real control plane', () => {
  possibleTest('each message is handled at least once by the right one', () => {
    expect(verdict.messages).toBeGreaterThan(1000);
    expect(verdict.lost.slice(0, 10)).toEqual([]);
  });

  possibleTest('no env handles a message of another ref', () => {
    expect(verdict.wrong.slice(0, 10)).toEqual([]);
  });

  possibleTest('in calm times each message is handled exactly once', () => {
    expect(verdict.unexplained.slice(0, 10)).toEqual([]);
    expect(verdict.calm).toBeGreaterThan(0);
  });

  possibleTest('duplicates are bounded', () => {
    expect(verdict.duplicates).toBeLessThan(verdict.messages);
  });

  possibleTest('the order is kept, and a resumed env has another incarnation', () => {
    const { joining, created, live, leaving, deleted, gone } = STEPS;
    const steps = scene.history.steps();
    const inOrder = [joining, created, live, leaving, deleted, gone];
    expect([...steps.values()]).toEqual([inOrder, inOrder, inOrder]);
    const refs = scene.history.lifetimes.map(({ ref }) => ref);
    expect(refs.toSorted()).toEqual([MP_101, MP_101, MP_102]);
  });

  possibleTest('pods stay until nobody relies on the env any more', () => {
    const { leaving, deleted } = STEPS;
    for (const incarnation of scene.history.steps().keys()) {
      const waited = scene.history.between(incarnation, leaving, deleted) / 1000;
      // Seen by a watch, both ends may be late.
      expect(waited).toBeGreaterThan(LEAVING_SECONDS - 1);
    }
  });

  possibleTest('each pod of an env has drained, or left its messages to the others', () => {
    const answers = scene.pods().flatMap(({ by, preStop }) => (by === 'stable' ? [] : [preStop]));
    // Two of each incarnation of one env, two more after its update, and one of the other env.
    expect(answers).toEqual(Array.from({ length: 7 }, () => '200 done'));
  });

  possibleTest('nothing is left', async () => {
    const { kubectl, pods } = scene;
    expect(await kubectl(['get', 'subscribers,routeinjections,de', '-o', 'name'])).toBe('');
    const left = ['get', 'deploy,dr', '-n', NAMESPACE, '-o', 'name'];
    expect((await kubectl(left)).trim().split('\n')).toEqual([
      `deployment.apps/${SERVICE}`,
      `destinationrule.networking.istio.io/${SERVICE}`,
    ]);
    const running = pods().filter((pod) => !pod.isGone());
    expect(running.map(({ by }) => by)).toEqual(['stable', 'stable']);
  });
});
