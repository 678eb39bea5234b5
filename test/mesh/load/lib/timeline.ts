import type { DynamicEnv } from '../../../../src/api/dynamicenv.ts';
import type { WatchEvent } from '../../../e2e/control-plane/watch.ts';

/** Times in milliseconds since 1970. `to` is Infinity as long as the end is unknown. */
export interface Span {
  from: number;
  to: number;
}

/**
 * The time in which an env may get a user's requests. It begins with the write that requests it, and ends when the env
 * cannot get them any more.
 */
export interface Epoch extends Span {
  env: string;
  /** The user, or all users and refs. A ref's name is that of `refName`. */
  user: string | readonly string[];
  /** When the status reports Ready for the requested spec, and no other spec was requested. */
  ready: Span[];
  uid?: string;
}

export interface Timeline {
  epochs(): readonly Epoch[];
  /** `write` creates or changes an env so that it takes this user's requests. It returns the stored object. */
  change(env: string, user: Epoch['user'], write: () => Promise<DynamicEnv>): Promise<void>;
  /** `write` deletes the env. */
  remove(env: string, write: () => Promise<unknown>): Promise<void>;
  observe(event: WatchEvent<DynamicEnv>): void;
  isReady(env: string): boolean;
  isGone(env: string): boolean;
  /** What is known about the env, for a message. */
  describe(env: string): string;
}

interface Life {
  epochs: Epoch[];
  /** The version that the user's last write stored. It is absent while a write is running, and after a deletion. */
  wanted?: { uid: string | undefined; generation: number } | undefined;
  seen?: DynamicEnv | undefined;
}

/** Records which requests envs may get and must get. It derives this from the user's writes and the observed status. */
export function createTimeline(now: () => number = Date.now): Timeline {
  const lives = new Map<string, Life>();
  const lifeOf = (env: string): Life => {
    const life = lives.get(env) ?? { epochs: [] };
    lives.set(env, life);
    return life;
  };
  const unready = (life: Life) => {
    life.wanted = undefined;
    look(life, now());
  };
  return {
    epochs: () => [...lives.values()].flatMap(({ epochs }) => epochs),
    change: async (env, user, write) => {
      const life = lifeOf(env);
      unready(life);
      const epoch = currentEpoch(life, env, user, now());
      const { metadata } = await write();
      epoch.uid = metadata.uid ?? '';
      life.wanted = { uid: metadata.uid, generation: metadata.generation ?? 0 };
      look(life, now());
    },
    remove: async (env, write) => {
      unready(lifeOf(env));
      await write();
    },
    observe: ({ type, object }) => {
      const life = lifeOf(object.metadata.name);
      const isGone = type === 'DELETED';
      life.seen = isGone ? undefined : object;
      if (isGone) endEpochs(life.epochs, object.metadata.uid, now());
      look(life, now());
    },
    isReady: (env) => lifeOf(env).epochs.at(-1)?.ready.at(-1)?.to === Number.POSITIVE_INFINITY,
    isGone: (env) => lifeOf(env).seen === undefined,
    describe: (env) => describeLife(lifeOf(env)),
  };
}

/** The env's current epoch if it is for this user. Otherwise a new epoch. */
function currentEpoch({ epochs }: Life, env: string, user: Epoch['user'], from: number): Epoch {
  const last = epochs.at(-1);
  if (`${last?.user}` === `${user}` && last?.to === Number.POSITIVE_INFINITY) return last;
  const epoch: Epoch = { env, user, from, to: Number.POSITIVE_INFINITY, ready: [] };
  epochs.push(epoch);
  return epoch;
}

function endEpochs(epochs: readonly Epoch[], uid: string | undefined, to: number): void {
  for (const epoch of epochs) {
    if (epoch.uid === uid) epoch.to = Math.min(epoch.to, to);
  }
}

/**
 * Begins or ends a Ready span if the env has just become Ready or has stopped being Ready. A new Ready span ends the
 * epochs of the env's previous users.
 */
function look(life: Life, now: number): void {
  const epoch = life.epochs.at(-1);
  if (epoch === undefined) return;
  const last = epoch.ready.at(-1);
  const isOpen = last?.to === Number.POSITIVE_INFINITY;
  if (isReady(life) && !isOpen) {
    epoch.ready.push({ from: now, to: Number.POSITIVE_INFINITY });
    endEpochs(life.epochs.slice(0, -1), epoch.uid, now);
  } else if (!isReady(life) && last !== undefined && isOpen) {
    last.to = now;
  }
}

function describeLife({ wanted, seen }: Life): string {
  const { metadata, status } = seen ?? {};
  const conditions = status?.conditions?.map(
    ({ type, status: is, message }) => `${type} ${is}: ${message}`,
  );
  const deleted = metadata?.deletionTimestamp;
  return `wanted ${wanted?.generation}, seen ${metadata?.generation}, deleted ${deleted}; ${conditions?.join('; ')}`;
}

function isReady({ wanted, seen }: Life): boolean {
  if (wanted === undefined || seen === undefined) return false;
  const { uid, generation = 0 } = seen.metadata;
  const ready = seen.status?.conditions?.find(({ type }) => type === 'Ready');
  return (
    uid === wanted.uid &&
    generation >= wanted.generation &&
    ready?.status === 'True' &&
    ready.observedGeneration === generation
  );
}
