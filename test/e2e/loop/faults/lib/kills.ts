import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe } from '@jest/globals';
import type { ApplyStrategy } from '../../../../../src/simulator/metacontroller/controller.ts';
import {
  close,
  deleteEnv,
  type FaultCase,
  gone,
  heal,
  openCase,
  ready,
  rewrite,
} from './fault-case.ts';
import { PHASES, type Phase } from './phases.ts';
import { LIMIT_MS, lazyTheatre, oneByOne } from './suite.ts';

/** How long the killed part is away: longer than settle time, drain time and the start of a pod in these tests. */
const AWAY_SECONDS = 2;

const VICTIMS = {
  'the service': ({ observed }: FaultCase) => observed.service.kill(),
  Metacontroller: ({ observed }: FaultCase) => observed.killMetacontroller(),
} as const;

/**
 * Tests that kill the service, and then Metacontroller, in each phase of an env's life, and start it again. Meanwhile
 * the owners rewrite the VirtualService.
 */
export function killTests(strategy: ApplyStrategy): void {
  const observed = lazyTheatre(strategy);
  afterAll(observed.close, LIMIT_MS);
  describe.each(Object.entries(VICTIMS))(`%s is killed (${strategy})`, (victim, kill) => {
    const played: { faultCase: FaultCase; end: Phase['end'] }[] = [];
    for (const [phase, { enter, end }] of Object.entries(PHASES)) {
      oneByOne(`while an env is ${phase}`, async () => {
        const name = `${victim === 'Metacontroller' ? 'm' : 's'}-${phase}`;
        const faultCase = await openCase(await observed.get(), name);
        played.push({ faultCase, end });
        const release = await enter(faultCase);
        const revive = await kill(faultCase);
        await release?.();
        // Not during a removal: without the webhook a rewrite removes the routes, and here the system itself must do
        // it.
        if (end !== 'gone') await rewrite(faultCase);
        await sleep(AWAY_SECONDS * 1000);
        await revive();
        const healing = end === 'gone' ? gone(faultCase) : ready(faultCase, end.image);
        await heal(faultCase, `${victim} killed, env ${phase}`, healing);
      });
    }
    oneByOne('at the end all these envs can be deleted, and leave nothing', async () => {
      for (const { faultCase, end } of played) {
        if (end === 'gone') continue;
        await ready(faultCase, end.image);
        await deleteEnv(faultCase);
      }
      for (const { faultCase } of played) await close(faultCase);
    });
  });
}
