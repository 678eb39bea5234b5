import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe } from '@jest/globals';
import type { ApplyStrategy } from '../../../../../src/simulator/metacontroller/controller.ts';
import { PHASES, type Phase } from './phases.ts';
import { close, deleteEnv, gone, heal, openScene, ready, rewrite, type Scene } from './scene.ts';
import { LIMIT_MS, lazyTheatre, oneByOne } from './suite.ts';

/** Time enough for all that would have happened meanwhile. */
const AWAY_SECONDS = 2;

const VICTIMS = {
  'the service': ({ theatre }: Scene) => theatre.service.kill(),
  Metacontroller: ({ theatre }: Scene) => theatre.killMetacontroller(),
} as const;

/** Something is killed in each phase of an env's life, and comes back; meanwhile the VirtualService is rewritten. */
export function killTests(strategy: ApplyStrategy): void {
  const theatre = lazyTheatre(strategy);
  afterAll(theatre.close, LIMIT_MS);
  describe.each(Object.entries(VICTIMS))(`%s is killed (${strategy})`, (victim, kill) => {
    const played: { scene: Scene; end: Phase['end'] }[] = [];
    for (const [phase, { enter, end }] of Object.entries(PHASES)) {
      oneByOne(`while an env is ${phase}`, async () => {
        const name = `${victim === 'Metacontroller' ? 'm' : 's'}-${phase}`;
        const scene = await openScene(await theatre.get(), name);
        played.push({ scene, end });
        const release = await enter(scene);
        const revive = await kill(scene);
        await release?.();
        // Without the webhook a rewrite would take routes along that are to leave by themselves.
        if (end !== 'gone') await rewrite(scene);
        await sleep(AWAY_SECONDS * 1000);
        await revive();
        const healing = end === 'gone' ? gone(scene) : ready(scene, end.image);
        await heal(scene, `${victim} killed, env ${phase}`, healing);
      });
    }
    oneByOne('and in the end nothing is left of any of them', async () => {
      for (const { scene, end } of played) {
        if (end === 'gone') continue;
        await ready(scene, end.image);
        await deleteEnv(scene);
      }
      for (const { scene } of played) await close(scene);
    });
  });
}
