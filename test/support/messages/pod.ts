import { type Group, groupOf } from './broker.ts';
import { type Consumer, close, consume } from './consumer.ts';
import { drain } from './drain.ts';
import { fork } from './fork.ts';
import { afterIn, crash, type Process, process } from './process.ts';
import type { World } from './world.ts';

const GRACE_MS = 130_000;

/** A pod of an env. */
export interface Pod {
  process: Process;
  /** Tells the Deployment that the pod has started, crashed, or is to go, or gone. */
  changed(): void;
  /** Tells that the pod leaves messages behind, as its log does. */
  notDrained(): void;
  ref: string;
  incarnation: string;
  services: readonly string[];
  template: number;
  group: Group;
  consumer: Consumer | undefined;
  isStarted: boolean;
  isTerminating: boolean;
  isGone: boolean;
}

export type PodSettings = Pick<
  Pod,
  'ref' | 'incarnation' | 'services' | 'template' | 'changed' | 'notDrained'
>;

export function pod(world: World, number: number, settings: PodSettings): Pod {
  const { random } = world;
  const { incarnation } = settings;
  const trouble = random.pick(['monotonic stops', 'wall jumps'] as const);
  return {
    ...settings,
    process: process(`${incarnation}-${number}`, trouble, random.int(-2_000, 2_000)),
    group: groupOf(world, `orders.${incarnation}`),
    consumer: undefined,
    isStarted: false,
    isTerminating: false,
    isGone: false,
  };
}

export function launch(world: World, pod: Pod): void {
  const { schedule, random } = world;
  afterIn(schedule, pod.process, random.mostly([500, 6_000], [10_000, 40_000], 0.1), () =>
    runContainer(world, pod),
  );
}

function setStarted(pod: Pod): void {
  if (pod.isStarted) return;
  pod.isStarted = true;
  pod.changed();
}

function runContainer(world: World, pod: Pod): void {
  const { rules } = world;
  if (rules.started === 'at once') setStarted(pod);
  fork(world, pod, () => {
    pod.consumer = consume(world, pod.process, pod.group, {
      name: pod.process.name,
      handles: ({ headers }) => rules.decide.env(headers, pod.ref, pod.services),
      workMs: world.envWorkMs,
      commitEveryMs: world.random.int(500, 5_000),
      onAssigned: () => setStarted(pod),
    });
  });
}

/** The container dies. The kubelet starts it again, but not in a pod that is to go. */
export function crashPod(world: World, pod: Pod): void {
  if (pod.isGone || !pod.process.isUp) return;
  world.note(`pod ${pod.process.name} crashes`);
  crash(pod.process);
  pod.consumer = undefined;
  pod.isStarted = false;
  pod.changed();
  world.schedule.after(world.random.int(300, 8_000), () => {
    if (pod.isTerminating || pod.isGone) return;
    pod.process.isUp = true;
    runContainer(world, pod);
  });
}

/** Its consumer is at work, and the pod was not stopped for long. */
export function canDrain({ schedule }: World, pod: Pod): boolean {
  return (
    pod.process.isUp &&
    !pod.isGone &&
    pod.consumer !== undefined &&
    !pod.consumer.isClosed &&
    pod.process.stoppedUntil - schedule.now() < 15_000
  );
}

/** Kubernetes' end of a pod: the kubelet learns of it, calls the preStop hook, then SIGTERM; SIGKILL after the grace period. */
export function terminate(world: World, pod: Pod): void {
  if (pod.isTerminating || pod.isGone) return;
  const { schedule, random, troubles } = world;
  pod.isTerminating = true;
  pod.changed();
  const delay = random.chance(troubles.kubelets) ? random.int(2_000, 120_000) : random.int(20, 900);
  schedule.after(delay, () => {
    if (!canDrain(world, pod)) {
      gone(pod);
      return;
    }
    schedule.after(GRACE_MS, () => gone(pod));
    drain(world, pod, () => {
      if (pod.consumer !== undefined) close(world, pod.consumer);
      afterIn(schedule, pod.process, random.int(10, 500), () => gone(pod));
    });
  });
}

function gone(pod: Pod): void {
  if (pod.isGone) return;
  pod.isGone = true;
  crash(pod.process);
  pod.changed();
}
