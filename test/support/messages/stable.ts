import { groupOf, STABLE_GROUP } from './broker.ts';
import { type Consumer, close, consume } from './consumer.ts';
import { crash, type Process } from './process.ts';
import { follow, isFresh } from './view.ts';
import type { World } from './world.ts';

/** A pod of the base. */
export interface StablePod {
  process: Process;
  workMs: readonly [from: number, to: number];
  consumer: Consumer | undefined;
}

export function startStable(world: World, pod: StablePod): void {
  const { rules, random } = world;
  const { process } = pod;
  process.isUp = true;
  const knowledge = follow(world, process, () => {
    pod.consumer = consume(world, process, groupOf(world, STABLE_GROUP), {
      name: process.name,
      handles: ({ headers }) =>
        rules.decide.stable(
          headers,
          knowledge.refs,
          isFresh(world, process, knowledge),
          world.services,
        ),
      workMs: pod.workMs,
      commitEveryMs: random.int(500, 5_000),
      onAssigned: () => undefined,
    });
  });
}

/** A crash, or an end in good order (a rollout); then it starts again. */
export function restartStable(world: World, pod: StablePod, isCrash: boolean): void {
  const { schedule, random } = world;
  if (!pod.process.isUp) return;
  world.note(`pod ${pod.process.name} ${isCrash ? 'crashes' : 'is restarted'}`);
  if (!isCrash && pod.consumer !== undefined) close(world, pod.consumer);
  crash(pod.process);
  pod.consumer = undefined;
  schedule.after(random.int(500, 8_000), () => startStable(world, pod));
}
