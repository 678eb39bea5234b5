import type { Env } from './env.ts';
import { canDrain, launch, type Pod, pod, terminate } from './pod.ts';
import { write } from './stored.ts';
import type { World } from './world.ts';

/** The clone: its Deployment with the pods. */
export interface Deployment {
  env: Env;
  incarnation: string;
  services: readonly string[];
  template: number;
  isDeleted: boolean;
  pods: Pod[];
}

export function createDeployment(
  world: World,
  env: Env,
  incarnation: string,
  services: readonly string[],
): void {
  world.note(`deployment of ${env.ref} is created, incarnation ${incarnation}`);
  const deployment: Deployment = {
    env,
    incarnation,
    services,
    template: 1,
    isDeleted: false,
    pods: [],
  };
  env.deployment = deployment;
  env.deployments.push(deployment);
  write(world.schedule, env.clone, { incarnation, isAvailable: false, isUpdated: false });
  changed(world, deployment);
}

/** A new template: another image, or another incarnation. */
export function roll(
  world: World,
  { deployment, ref }: Env,
  incarnation: string,
  services: readonly string[],
): void {
  if (deployment === undefined) return;
  world.note(`deployment of ${ref} gets a new template, incarnation ${incarnation}`);
  deployment.incarnation = incarnation;
  deployment.services = services;
  deployment.template += 1;
  changed(world, deployment);
}

export function deleteDeployment(world: World, env: Env, isGivenUp: boolean): void {
  const { deployment } = env;
  if (deployment === undefined) return;
  env.deployment = undefined;
  deployment.isDeleted = true;
  if (isGivenUp || !deployment.pods.some((pod) => canDrain(world, pod))) env.undrained += 1;
  // The garbage collector comes later.
  world.schedule.after(world.random.mostly([50, 1_500], [2_000, 15_000], 0.1), () => {
    for (const pod of deployment.pods) terminate(world, pod);
  });
}

/** A pod has started, crashed or gone, or the template is another one. */
export function changed(world: World, deployment: Deployment): void {
  if (deployment.isDeleted) return;
  const { schedule, random } = world;
  writeStatus(world, deployment);
  schedule.after(random.int(20, 800), () => {
    if (!deployment.isDeleted) reconcile(world, deployment);
  });
}

const isLive = ({ isGone, isTerminating }: Pod) => !isGone && !isTerminating;

function writeStatus({ schedule }: World, { env, pods, template, incarnation }: Deployment) {
  const live = pods.filter(isLive);
  const isAvailable = live.filter(({ isStarted }) => isStarted).length >= env.minAvailable;
  const isUpdated = live.every((pod) => pod.template === template);
  const before = env.clone.current.value;
  if (before?.isAvailable === isAvailable && before.isUpdated === isUpdated)
    if (before.incarnation === incarnation) return;
  write(schedule, env.clone, { incarnation, isAvailable, isUpdated });
}

/** A rolling update with one pod more at a time (`maxSurge: 1`, `maxUnavailable: 0`). */
function reconcile(world: World, deployment: Deployment): void {
  const { env, template } = deployment;
  const live = deployment.pods.filter(isLive);
  const old = live.filter((pod) => pod.template !== template);
  if (live.length - old.length < env.replicas && live.length <= env.replicas) {
    const { incarnation, services } = deployment;
    const created = pod(world, deployment.pods.length, {
      ref: env.ref,
      incarnation,
      services,
      template,
      changed: () => changed(world, deployment),
      notDrained: () => {
        env.undrained += 1;
      },
    });
    deployment.pods.push(created);
    launch(world, created);
    changed(world, deployment);
    return;
  }
  if (live.length <= env.replicas) return;
  const ready = live.filter(({ isStarted }) => isStarted).length;
  const leaving = old.find(({ isStarted }) => !isStarted) ?? old[0];
  if (leaving === undefined || (leaving.isStarted && ready <= env.replicas)) return;
  terminate(world, leaving);
}
