import type { DynamicEnv } from '../../../../src/api/dynamicenv.ts';
import type { WatchEvent } from '../../../e2e/control-plane/watch.ts';

/** Times in milliseconds since 1970; `to` is Infinity while it lasts. */
export interface Span {
  from: number;
  to: number;
}

/** From the moment somebody wants an env to take a user's requests until it cannot take them any more. */
export interface Epoch extends Span {
  env: string;
  user: string;
  /** The env's status says so of the spec that is wanted, and nobody has asked for anything else. */
  ready: Span[];
  uid?: string;
}

export interface Timeline {
  epochs(): readonly Epoch[];
  /** An env is created or changed by `write`, which answers it as it was stored, so that it takes this user's requests. */
  change(env: string, user: string, write: () => Promise<DynamicEnv>): Promise<void>;
  /** An env is deleted by `write`. */
  remove(env: string, write: () => Promise<unknown>): Promise<void>;
  observe(event: WatchEvent<DynamicEnv>): void;
  isReady(env: string): boolean;
  isGone(env: string): boolean;
}

interface Life {
  epochs: Epoch[];
  /** What the user's last write stored; nothing while one is under way, and from a deletion on. */
  wanted?: { uid: string | undefined; generation: number } | undefined;
  seen?: DynamicEnv | undefined;
}

/** What envs may and must take, from what their user does and from what is seen of their status. */
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
  };
}

/** A new one, unless the same user's requests are taken already. */
function currentEpoch({ epochs }: Life, env: string, user: string, from: number): Epoch {
  const last = epochs.at(-1);
  if (last?.user === user && last.to === Number.POSITIVE_INFINITY) return last;
  const epoch: Epoch = { env, user, from, to: Number.POSITIVE_INFINITY, ready: [] };
  epochs.push(epoch);
  return epoch;
}

function endEpochs(epochs: readonly Epoch[], uid: string | undefined, to: number): void {
  for (const epoch of epochs) {
    if (epoch.uid === uid) epoch.to = Math.min(epoch.to, to);
  }
}

/** Begins or ends a time of readiness; with its first one, the user before is nobody's any more. */
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
