import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe } from '@jest/globals';
import type { ApplyStrategy } from '../../../../../src/local/metacontroller.ts';
import { PHASES, type Phase } from './phases.ts';
import { close, deleteEnv, gone, heal, openStage, ready, rewrite, type Stage } from './stage.ts';
import { LIMIT_MS, lazyTheatre, oneByOne } from './suite.ts';

/** Time enough for all that would have happened meanwhile. */
const AWAY_SECONDS = 2;

const VICTIMS = {
  'the service': ({ theatre }: Stage) => theatre.service.kill(),
  Metacontroller: ({ theatre }: Stage) => theatre.killMetacontroller(),
} as const;

/** Something is killed in each phase of an env's life, and comes back; meanwhile the VirtualService is rewritten. */
export function killTests(strategy: ApplyStrategy): void {
  const theatre = lazyTheatre(strategy);
  afterAll(theatre.close, LIMIT_MS);
  describe.each(Object.entries(VICTIMS))(`%s is killed (${strategy})`, (victim, kill) => {
    const played: { stage: Stage; end: Phase['end'] }[] = [];
    for (const [phase, { enter, end }] of Object.entries(PHASES)) {
      oneByOne(`while an env is ${phase}`, async () => {
        const name = `${victim === 'Metacontroller' ? 'm' : 's'}-${phase}`;
        const stage = await openStage(await theatre.get(), name);
        played.push({ stage, end });
        const release = await enter(stage);
        const revive = await kill(stage);
        await release?.();
        await rewrite(stage);
        await sleep(AWAY_SECONDS * 1000);
        await revive();
        const healing = end === 'gone' ? gone(stage) : ready(stage, end.image);
        await heal(stage, `${victim} killed, env ${phase}`, healing);
      });
    }
    oneByOne('and in the end nothing is left of any of them', async () => {
      for (const { stage, end } of played) {
        if (end === 'gone') continue;
        await ready(stage, end.image);
        await deleteEnv(stage);
      }
      for (const { stage } of played) await close(stage);
    });
  });
}
