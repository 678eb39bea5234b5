import { type Message, produce } from './broker.ts';
import { refOf } from './decide.ts';
import { type Env, env, syncAgain } from './env.ts';
import { replica, startReplica } from './feed.ts';
import { headers, plan } from './history.ts';
import { type Process, process } from './process.ts';
import { type Random, randomOf } from './random.ts';
import type { Rules } from './rules.ts';
import { schedule } from './schedule.ts';
import { startStable } from './stable.ts';
import { type Habits, QUIET_FROM_MS, type World } from './world.ts';

/** By then what goes has drained and gone, what comes is live, and nobody lags. */
const STEADY_FROM_MS = QUIET_FROM_MS + 230_000;
const STEADY_MESSAGES = 25;
const ENV_WORK_MS = [
  [10, 200],
  [10, 200],
  [200, 900],
  [400, 1_200],
] as const;

export interface Outcome {
  /** Messages that nobody handled. */
  lost: Message[];
  /** Messages of the steady state that were not handled by exactly the right one, in words. */
  wrong: string[];
  messages: Message[];
  /** Those that nobody handled, where the status or a pod's log tells so: no pod could drain, or not in time. */
  told: Message[];
  /** How often a message was handled more than once, before the steady state. */
  duplicates: number;
}

const HABITS: Habits = {
  lists: 0.3,
  watches: 0.3,
  requests: 0.3,
  caches: 0.3,
  writes: 0.3,
  kubelets: 0.3,
  stops: 0.3,
  crashes: 0.3,
  evictions: 0.3,
};

export interface TrialOptions {
  /** Gets what happens, for the report. */
  note?: (line: string) => void;
  habits?: Partial<Habits>;
}

/** One history, from its seed. */
export function trial(
  seed: number,
  rules: Rules,
  { note = () => undefined, habits = {} }: TrialOptions = {},
): Outcome {
  const world = { ...worldOf(randomOf(seed), rules, note), habits: { ...HABITS, ...habits } };
  for (const replica of world.feed) startReplica(world, replica);
  for (const pod of world.stable) startStable(world, pod);
  for (const env of world.envs) syncAgain(world, env);
  plan(world);
  world.schedule.runUntil(STEADY_FROM_MS);
  const steady = produceSteady(world);
  world.schedule.runUntil(STEADY_FROM_MS + 45_000);
  return outcome(world, steady);
}

function worldOf(
  random: Random,
  rules: Rules,
  note: (line: string) => void,
): Omit<World, 'habits'> {
  const time = schedule();
  const trouble = (): Process['clockTrouble'] => random.pick(['monotonic stops', 'wall jumps']);
  const machine = (name: string) => process(name, trouble(), random.int(-2_000, 2_000));
  const named = (count: number, name: string) =>
    Array.from({ length: count }, (_, index) => machine(`${name}-${index}`));
  const workMs = random.chance(0.3) ? ([100, 800] as const) : ([10, 200] as const);
  return {
    schedule: time,
    random,
    rules,
    broker: { partitions: Array.from({ length: random.int(1, 4) }, () => []), groups: new Map() },
    envs: Array.from({ length: random.int(1, 3) }, (_, index) =>
      env(`mp-10${index}`, random.int(1, 3), random.chance(0.3)),
    ),
    feed: named(2, 'feed').map(replica),
    services: random.pick([['order-service'], ['order-service', 'orders']]),
    envWorkMs: random.pick(ENV_WORK_MS),
    stable: named(random.int(1, 3), 'stable').map((process) => ({
      process,
      workMs,
      consumer: undefined,
    })),
    troubles: { lists: 0, watches: 0, requests: 0, caches: 0, writes: 0, kubelets: 0 },
    writes: random.pick(['apply', 'update']),
    note: (text) => note(`${(time.now() / 1_000).toFixed(1).padStart(6)} s  ${text}`),
  };
}

interface Steady {
  message: Message;
  by: string;
}

function produceSteady(world: World): Steady[] {
  const steady: Steady[] = [];
  for (let id = 1; id <= STEADY_MESSAGES; id += 1)
    world.schedule.after(world.random.int(0, 15_000), () => {
      const message = produce(world, -id, headers(world));
      steady.push({ message, by: rightOne(world, message) });
    });
  return steady;
}

/** The incarnation that is to handle the message, or stable. */
function rightOne({ envs }: World, message: Message): string {
  const claims = envs.flatMap(({ subscriber: { current } }) => {
    const { value } = current;
    const isItsOwn =
      value?.phase === 'Live' && refOf(message.headers, value.services) === value.ref;
    return isItsOwn ? [value.incarnation] : [];
  });
  // Two envs began with different Services, and each finds its ref under one of them: both handle it.
  return claims.length > 1 ? '' : (claims[0] ?? 'stable');
}

function outcome({ broker, envs }: World, steady: readonly Steady[]): Outcome {
  const messages = broker.partitions.flat();
  const undrained = envs.filter((env: Env) => env.undrained > 0).map(({ ref }) => ref);
  const unhandled = messages.filter(({ handled }) => handled.length === 0);
  const isTold = ({ headers }: Message) =>
    undrained.some((ref) => JSON.stringify(headers).includes(ref));
  return {
    messages,
    lost: unhandled.filter((message) => !isTold(message)),
    told: unhandled.filter(isTold),
    wrong: steady.flatMap(({ message, by }) => {
      const found = message.handled.map((handled) => handled.by).join(', ');
      const isRight = message.handled.length === 1 && found.startsWith(`${by}-`);
      if (isRight || by === '') return [];
      return [`${message.id} ${JSON.stringify(message.headers)}: by ${found}, not once by ${by}`];
    }),
    duplicates: messages.filter(({ handled }) => handled.length > 1).length,
  };
}
