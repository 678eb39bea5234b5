import { addPartition, groupOf, produce, rebalance, STABLE_GROUP } from './broker.ts';
import { roll } from './deployment.ts';
import { type Env, want } from './env.ts';
import { startReplica } from './feed.ts';
import { canDrain, crashPod, type Pod, terminate } from './pod.ts';
import { crash, type Process, stop } from './process.ts';
import type { Headers } from './rules.ts';
import { restartStable } from './stable.ts';
import { QUIET_FROM_MS, type Troubles, type World } from './world.ts';

/** Puts a random history into the schedule. */
export function plan(world: World): void {
  const { schedule, random, envs } = world;
  for (const env of envs) planEnv(world, env);
  for (const trouble of ['lists', 'watches', 'requests', 'caches', 'writes', 'kubelets'] as const)
    if (random.chance(0.35)) planTrouble(world, trouble, 0, QUIET_FROM_MS);
  const count = random.int(0, 25);
  for (let index = 0; index < count; index += 1)
    schedule.after(random.int(5_000, QUIET_FROM_MS), () => random.pick(EVENTS)(world));
  planMessages(world);
}

function planEnv(world: World, env: Env): void {
  const { schedule, random } = world;
  let at = random.int(2_000, 80_000);
  let isWanted = true;
  while (at < QUIET_FROM_MS) {
    const value = isWanted;
    schedule.after(at, () => want(world, env, value));
    if (!isWanted && random.chance(0.5)) planRemoval(world, env, at);
    if (isWanted && random.chance(world.habits.evictions)) {
      schedule.after(at + random.int(15_000, 60_000), () => evictSome(world, env.ref));
      schedule.after(at + random.int(15_000, 60_000), () => crashSome(world, env.ref));
    }
    isWanted = !isWanted;
    at += random.mostly([40_000, 150_000], [1_000, 40_000], 0.35);
  }
}

/** Around a removal: many messages for the ref, and troubles, since this is when messages can be lost. */
function planRemoval(world: World, { ref }: Env, at: number): void {
  const { schedule, random, habits } = world;
  for (const name of ['lists', 'requests', 'watches', 'caches', 'writes', 'kubelets'] as const)
    if (random.chance(habits[name])) planTrouble(world, name, at - 20_000, at + 30_000);
  const around = () => at + random.int(-10_000, 45_000);
  if (random.chance(habits.stops)) schedule.after(around(), () => stopSome(world));
  if (random.chance(habits.crashes)) schedule.after(around(), () => crashSome(world, ref));
  const end = Math.min(QUIET_FROM_MS, at + random.int(40_000, 90_000));
  for (let time = at; time < end; time += random.int(50, 800))
    schedule.after(time, () => produce(world, 0, { 'x-source-route': ref }));
}

function planTrouble(
  { schedule, random, troubles, note }: World,
  name: keyof Troubles,
  earliest: number,
  latest: number,
): void {
  const last = Math.min(latest, QUIET_FROM_MS - 20_000);
  const start = random.int(Math.min(Math.max(0, earliest), last), last);
  const end = Math.min(QUIET_FROM_MS, start + random.int(10_000, 200_000));
  const share = random.pick([0.3, 0.7, 1]);
  schedule.after(start, () => {
    note(`trouble with ${name} begins`);
    troubles[name] = share;
  });
  schedule.after(end, () => {
    note(`trouble with ${name} ends`);
    troubles[name] = 0;
  });
}

function planMessages(world: World): void {
  const { schedule, random } = world;
  const backlog = random.chance(0.4) ? random.int(5, 60) : 0;
  let id = 0;
  const produceOne = () => {
    id += 1;
    produce(world, id, headers(world));
  };
  for (let index = 0; index < backlog; index += 1) produceOne();
  for (let at = 0; at < QUIET_FROM_MS; at += random.mostly([50, 2_500], [2_500, 10_000], 0.15))
    schedule.after(at, produceOne);
}

export function headers({ random, envs }: Pick<World, 'random' | 'envs'>): Headers {
  const ref = random.chance(0.1) ? 'mp-9' : random.pick(envs).ref;
  const service = random.pick(['order-service', 'order-service', 'orders']);
  const kinds: Headers[] = [
    {},
    { 'x-source-route': ref },
    { 'x-source-route': ref },
    { 'x-service-route': `${service}:${ref}` },
    { 'x-service-route': `cart-service:mp-7::${service}:${ref}`, 'x-source-route': 'mp-9' },
    { 'x-service-route': `order-service:${ref}::orders:${random.pick(envs).ref}` },
  ];
  return random.pick(kinds);
}

const pods = ({ envs }: World): Pod[] =>
  envs.flatMap(({ deployments }) => deployments.flatMap((deployment) => deployment.pods));

const podsAtWork = (world: World) => pods(world).filter((pod) => canDrain(world, pod));

/**
 * Whether the env's messages survive the crash: an env that leaves needs one pod that drains. That the last one dies while it
 * drains is told in the documentation; nothing can be done about it.
 */
function isSpare(world: World, pod: Pod): boolean {
  const env = world.envs.find(({ ref }) => ref === pod.ref);
  const isLeaving =
    pod.isTerminating ||
    env?.deployment?.incarnation !== pod.incarnation ||
    env.subscriber.current.value?.phase === 'Leaving';
  return (
    !isLeaving || podsAtWork(world).some((other) => other !== pod && other.group === pod.group)
  );
}

function crashSome(world: World, ref?: string): void {
  const pod = somePod(world, ref);
  if (world.rules.areConsumersDisturbed && pod !== undefined && isSpare(world, pod))
    crashPod(world, pod);
}

function evictSome(world: World, ref?: string): void {
  const pod = somePod(world, ref);
  if (pod === undefined || !world.rules.areConsumersDisturbed) return;
  world.note(`pod ${pod.process.name} is evicted`);
  terminate(world, pod);
}

const somePod = (world: World, ref?: string): Pod | undefined => {
  const some = podsAtWork(world).filter((pod) => ref === undefined || pod.ref === ref);
  return some.length === 0 ? undefined : world.random.pick(some);
};

function stopSome(world: World): void {
  const { schedule, random, stable, feed } = world;
  const pod = somePod(world);
  const others: Process[] = [...stable, ...feed].map(({ process }) => process);
  const victim = pod !== undefined && random.chance(0.3) ? pod.process : random.pick(others);
  const long = victim === pod?.process ? 15_000 : 120_000;
  const forMs = random.mostly([1_000, 15_000], [10_000, long], 0.5);
  world.note(`${victim.name} is stopped for ${forMs} ms (${victim.clockTrouble})`);
  stop(schedule, victim, forMs);
}

function jump(world: World): void {
  const { random, stable, feed } = world;
  const pod = somePod(world);
  const all = [...stable, ...feed].map(({ process }) => process);
  if (pod !== undefined) all.push(pod.process);
  const jumping = all.filter(({ clockTrouble }) => clockTrouble === 'wall jumps');
  if (jumping.length === 0) return;
  const process = random.pick(jumping);
  const by = random.pick([-1, 1]) * random.mostly([1_000, 60_000], [60_000, 3_600_000], 0.3);
  world.note(`wall clock of ${process.name} jumps by ${by} ms`);
  process.wallOffset += by;
}

const EVENTS: ((world: World) => void)[] = [
  stopSome,
  stopSome,
  jump,
  addPartition,
  (world) => crashSome(world),
  (world) => evictSome(world),
  (world) => {
    const { rules, random, stable } = world;
    if (rules.areConsumersDisturbed) restartStable(world, random.pick(stable), random.chance(0.5));
  },
  (world) => {
    const { random, envs, rules } = world;
    const env = random.pick(envs);
    const { deployment } = env;
    if (deployment === undefined || !rules.areConsumersDisturbed) return;
    roll(world, env, deployment.incarnation, deployment.services);
  },
  (world) => {
    const { random, broker, rules } = world;
    if (!rules.areConsumersDisturbed) return;
    const group = random.pick([groupOf(world, STABLE_GROUP), ...broker.groups.values()]);
    world.note(`group ${group.name} is rebalanced`);
    rebalance(world, group);
  },
  (world) => {
    const { random, feed, schedule, note } = world;
    const replica = random.pick(feed);
    if (!replica.process.isUp) return;
    note(`${replica.process.name} is restarted`);
    crash(replica.process);
    schedule.after(random.int(500, 20_000), () => startReplica(world, replica));
  },
  (world) => {
    const isAlone = world.services.length === 1;
    world.services = isAlone ? ['order-service', 'orders'] : ['order-service'];
    world.note(`services of the workload: ${world.services}`);
  },
];
