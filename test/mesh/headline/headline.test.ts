import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../../e2e/control-plane/poll.ts';
import { REGULAR } from '../branches/world.ts';
import { recordFigure } from '../lib/figures.ts';
import { canLoad } from '../load/lib/load-test.ts';
import { hasKafka } from './kafka.ts';
import { type Allocated, openScene, type Scene } from './scene.ts';
import { imageOf, ORDER, PAYMENT } from './world.ts';

const canPlay = canLoad && hasKafka();
const headlineTest = canPlay ? test : test.skip;
const SECTION = 'A request, its message, and the request of its consumer';
const ROUNDS = 25;

interface Case {
  name: string;
  headers: Readonly<Record<string, string>>;
  /** Versions of the two services. */
  payment: string;
  order: string;
}

const CASES: readonly Case[] = [
  { name: 'stable', headers: {}, payment: '1', order: '1' },
  ...['mp-101', 'mp-146'].map((ref) => ({
    name: ref,
    headers: { 'x-source-route': ref },
    payment: ref,
    order: ref,
  })),
  {
    name: 'order-service-only',
    headers: { 'x-service-route': 'order-service:mp-101' },
    payment: '1',
    order: 'mp-101',
  },
  { name: 'nobody', headers: { 'x-source-route': 'mp-1012' }, payment: '1', order: '1' },
];

let scene: Scene;

beforeAll(async () => {
  if (!canPlay) return;
  scene = await openScene();
  await Promise.all([scene.create('mp-101'), scene.create('mp-146')]);
  await untilTaken();
}, 900_000);
afterAll(() => scene?.stop(), 120_000);

/** Ready does not mean that every proxy and every consumer has heard of it. */
async function untilTaken(): Promise<void> {
  for (const { name, headers, payment, order } of CASES) {
    let probe = 0;
    await until(90, async () => {
      probe += 1;
      const id = `probe-${name}-${probe}`;
      await scene.send(id, headers);
      await sleep(1000);
      const by = of(id).map((one) => `${one.payment}, ${one.by}`);
      const wanted = `${imageOf(PAYMENT, payment)}, ${imageOf(ORDER, order)}`;
      return `${by}` === wanted ? undefined : `${id}: ${by.join('; ') || 'nobody'}`;
    });
  }
  scene.say('all versions take what is theirs');
}

const of = (id: string): Allocated[] => scene.allocated.filter(({ order }) => order === id);

/** Sends one order of each case in each round. Returns ids with their cases. */
async function sendRounds(prefix: string, rounds: number): Promise<[string, Case][]> {
  const sent: [string, Case][] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const one of CASES) {
      const id = `${prefix}-${one.name}-${round}`;
      const { status, echo } = await scene.send(id, one.headers);
      // Web answers 200 also if payment-service does not.
      if (status !== 200 || echo?.next?.status !== 200)
        throw new Error(`${id}: status ${status}, then ${echo?.next?.status}`);
      sent.push([id, one]);
    }
    await sleep(100);
  }
  return sent;
}

async function untilAllocated(sent: readonly [string, Case][]): Promise<void> {
  await until(90, async () => {
    const open = sent.filter(([id]) => of(id).length === 0);
    return open.length === 0 ? undefined : `lost: ${open.map(([id]) => id)}`;
  });
  // A second handling would come now.
  await sleep(2000);
}

describe('from a request to a message, and to a request again', () => {
  headlineTest(
    'each order goes through its own versions, once, and back to stable with its header',
    async () => {
      const began = Date.now();
      const sent = await sendRounds('steady', ROUNDS);
      await untilAllocated(sent);
      const wrong = sent.flatMap(([id, { headers, payment, order }]) => {
        const expected = {
          ...{ order: id, payment: imageOf(PAYMENT, payment), by: imageOf(ORDER, order) },
          ...{ version: REGULAR, headers },
        };
        const found = of(id);
        return JSON.stringify(found) === JSON.stringify([expected]) ? [] : [{ expected, found }];
      });
      expect(wrong).toEqual([]);
      const value = `${sent.length} orders, ${wrong.length} wrong, lost or handled twice`;
      recordFigure({ section: SECTION, what: 'stable and two branches, nothing changes', value });
      scene.say(`${value}, ${(Date.now() - began) / 1000} s`);
    },
    180_000,
  );

  headlineTest(
    'while a branch is deleted, each order is handled at least once, by the branch or by stable',
    async () => {
      let isOver = false;
      const removed = scene.remove('mp-146').finally(() => {
        isOver = true;
      });
      const sent: [string, Case][] = [];
      for (let batch = 0; !isOver; batch += 1) {
        sent.push(...(await sendRounds(`leaving${batch}`, 1)));
        await sleep(200);
      }
      await removed;
      await until(120, async () => {
        const left = scene.pods().filter((pod) => pod.by === 'mp-146' && !pod.isGone());
        return left.length === 0 ? undefined : `runs: ${left.map(({ name }) => name)}`;
      });
      sent.push(...(await sendRounds('after', 5)));
      await untilAllocated(sent);
      const right = ({ name, order }: Case) =>
        (name === 'mp-146' ? ['mp-146', '1'] : [order]).map((one) => imageOf(ORDER, one));
      const wrong = sent.filter(([id, one]) =>
        of(id).some(({ by, version }) => !right(one).includes(by) || version !== REGULAR),
      );
      expect(wrong.map(([id]) => of(id))).toEqual([]);
      const after = sent.filter(([id]) => id.startsWith('after-mp-146')).flatMap(([id]) => of(id));
      expect(after.map(({ by }) => by)).toEqual(after.map(() => imageOf(ORDER, '1')));
      const twice = sent.filter(([id]) => of(id).length > 1);
      expect(twice.filter(([, { name }]) => name !== 'mp-146')).toEqual([]);
      const value = `${sent.length} orders, none lost, ${twice.length} handled twice`;
      recordFigure({ section: SECTION, what: 'a branch is deleted meanwhile', value });
      scene.say(value);
    },
    400_000,
  );
});
