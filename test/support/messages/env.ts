import { createDeployment, type Deployment, deleteDeployment, roll } from './deployment.ts';
import { subscribersChanged } from './feed.ts';
import type { Clone, Desired, Subscriber } from './rules.ts';
import { cached, type Stored, stored, type Version, write } from './stored.ts';
import type { World } from './world.ts';

/** A DynamicEnv with one workload that has events, and its children in the API server. */
export interface Env {
  ref: string;
  replicas: number;
  /** So many pods make the Deployment Available. */
  minAvailable: number;
  /** The env exists and is not suspended. */
  isWanted: Stored<boolean>;
  subscriber: Stored<Subscriber>;
  clone: Stored<Clone>;
  deployment: Deployment | undefined;
  deployments: Deployment[];
  /** Removals without a pod that could drain: the status tells them, and messages may be lost. */
  undrained: number;
  incarnations: number;
}

export const env = (ref: string, replicas: number, isTolerant: boolean): Env => ({
  ref,
  replicas,
  minAvailable: isTolerant ? Math.max(1, replicas - 1) : replicas,
  isWanted: stored(false),
  subscriber: stored(),
  clone: stored(),
  deployment: undefined,
  deployments: [],
  undrained: 0,
  incarnations: 0,
});

export function want(world: World, env: Env, isWanted: boolean): void {
  if (env.isWanted.current.value === isWanted) return;
  world.note(`env ${env.ref} is ${isWanted ? 'created or woken' : 'suspended or deleted'}`);
  write(world.schedule, env.isWanted, isWanted);
}

/** Syncs come one after the other, as long as the world lasts. */
export function syncAgain(world: World, env: Env): void {
  const { schedule, random } = world;
  schedule.after(random.mostly([200, 3_000], [3_000, 12_000], 0.1), () => sync(world, env));
}

type Observed = ReturnType<typeof observed>;

function observed(world: World, { isWanted, subscriber, clone }: Env) {
  const { schedule, random, troubles } = world;
  const lag = () =>
    random.chance(troubles.caches)
      ? random.int(0, 60_000)
      : random.mostly([0, 50], [0, 2_000], 0.3);
  return {
    isWanted: cached(schedule, isWanted, lag()),
    subscriber: cached(schedule, subscriber, lag()),
    clone: cached(schedule, clone, lag()),
  };
}

function sync(world: World, env: Env): void {
  const { schedule, random, rules, services, troubles } = world;
  const seen = observed(world, env);
  env.incarnations += 1;
  const desired = rules.phases.next(
    {
      isWanted: seen.isWanted.value ?? false,
      subscriber: seen.subscriber.value,
      clone: seen.clone.value,
      // The clocks of the replicas that answer syncs are set, but not exactly.
      now: schedule.now() + random.int(-1_000, 1_000),
    },
    { ref: env.ref, services, incarnation: `${env.ref}.${env.incarnations}` },
  );
  const isSlow = random.chance(troubles.writes);
  schedule.after(isSlow ? random.int(1_000, 40_000) : random.int(5, 300), () => {
    writeDesired(world, env, seen, desired);
    syncAgain(world, env);
  });
}

/** As Metacontroller: first what goes, then what is created or changed; one failure does not keep the others back. */
function writeDesired(world: World, env: Env, seen: Observed, desired: Desired): void {
  const { clone, subscriber } = env;
  const fails = () => world.random.chance(0.03);
  if (desired.clone === undefined && isSame(seen.clone, clone.current) && !fails())
    deleteClone(world, env, desired.isGivenUp ?? false);
  if (desired.subscriber === undefined && isSame(seen.subscriber, subscriber.current) && !fails())
    writeSubscriber(world, env, undefined);
  if (desired.subscriber !== undefined && !fails())
    applySubscriber(world, env, seen, desired.subscriber);
  if (desired.clone !== undefined && !fails()) applyClone(world, env, seen, desired.clone);
}

/** A deletion names the uid of what was seen, and nothing else. */
const isSame = <T>(seen: Version<T>, current: Version<T>) =>
  seen.value !== undefined && current.value !== undefined && seen.uid === current.uid;

function writeSubscriber(world: World, env: Env, value: Subscriber | undefined): void {
  const before = env.subscriber.current.value;
  write(world.schedule, env.subscriber, value);
  const told = value && `${value.phase}, incarnation ${value.incarnation}`;
  if (before?.phase !== value?.phase || before?.incarnation !== value?.incarnation)
    world.note(`subscriber ${env.ref}: ${told ?? 'deleted'}`);
  subscribersChanged(world);
}

function applySubscriber(world: World, env: Env, seen: Observed, value: Subscriber): void {
  const { current } = env.subscriber;
  const before = seen.subscriber.value;
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(value)) return;
  if (world.writes === 'update' && current !== seen.subscriber) {
    if (current.value !== undefined || before !== undefined) return;
  }
  writeSubscriber(world, env, value);
}

function applyClone(
  world: World,
  env: Env,
  seen: Observed,
  { incarnation }: { incarnation: string },
): void {
  if (seen.clone.value?.incarnation === incarnation) return;
  const { current } = env.clone;
  const isNew = current.value === undefined;
  if (world.writes === 'update' && isNew !== (seen.clone.value === undefined)) return;
  const services = seen.subscriber.value?.services ?? [];
  if (isNew) createDeployment(world, env, incarnation, services);
  else if (current.value?.incarnation !== incarnation) roll(world, env, incarnation, services);
}

function deleteClone(world: World, env: Env, isGivenUp: boolean): void {
  world.note(`deployment of ${env.ref} is deleted${isGivenUp ? ' (given up)' : ''}`);
  deleteDeployment(world, env, isGivenUp);
  write(world.schedule, env.clone, undefined);
}
