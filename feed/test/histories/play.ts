import { followSubscribers } from '../../src/cluster/follow.ts';
import type { listSubscribers } from '../../src/cluster/list.ts';
import { type Clocks, createLeaseClock, type LeaseClock } from '../../src/core/lease-clock.ts';
import { createFeed, type Feed } from '../../src/feed.ts';
import { LEASE_MS } from '../../src/times.ts';
import { createApi, type Weather } from './api.ts';
import { createMachine, type Machine, type Trouble } from './machine.ts';
import { type Change, createTruth } from './truth.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';

export interface History {
  changes: readonly Change[];
  replicas: readonly { weather: readonly Weather[]; trouble: Trouble; watchLag: number }[];
  /** Used in turn: which replica a poll goes to, how long it is under way each time, and how long it may be held. */
  polls: readonly { replica: number; ms: number; wait: number }[];
}

/** Parts of the feed that a control replaces. */
export interface Replaced {
  clock?(clocks: Clocks): LeaseClock;
  list?: typeof listSubscribers;
  /** Events are published as if they were lists. */
  believesEvents?: true;
}

const END = 120_000;
const POLL_EVERY_MS = 500;

export interface Wrong {
  ref: string;
  at: number;
}

/**
 * Plays the history with two replicas of the feed. Returns the first moment at which an answer vouches, by the client's arithmetic and
 * in true time, for a ref that has not been live for longer than the lease; and how many answers there were.
 */
export async function play(
  history: History,
  replaced: Replaced = {},
): Promise<{ wrong: Wrong | undefined; answers: number; refused: number }> {
  const time = createVirtualTime();
  const truth = createTruth(history.changes);
  const stop = new AbortController();
  const replicas = history.replicas.map(({ weather, trouble, watchLag }) => {
    const machine = createMachine(time, trouble);
    const clock = (replaced.clock ?? createLeaseClock)(machine.clocks);
    const feed = createFeed({ clock, after: machine.after, mostPolls: 50 });
    const publish = (items: object[]) =>
      feed.publish({ items, startedAt: clock.mark(), resourceVersion: '1' });
    const onEvent = replaced.believesEvents && { onEvent: publish };
    const api = createApi({ time, truth, machine, weather, watchLag, ...onEvent });
    const following = followSubscribers({
      api,
      clock,
      clocks: machine.clocks,
      after: machine.after,
      stop: stop.signal,
      onList: feed.publish,
      onError: () => undefined,
      onWatchEnd: () => undefined,
      ...(replaced.list && { list: replaced.list }),
    });
    return { machine, feed, following };
  });
  const tally = { wrong: undefined as Wrong | undefined, answers: 0, refused: 0 };
  const onAnswer = (body: string, sentAt: number) => {
    const { refs, ageMs, leaseMs } = JSON.parse(body);
    const freshUntil = sentAt - ageMs + Math.min(leaseMs, LEASE_MS);
    tally.answers += 1;
    for (const ref of refs) {
      const at = truth.firstWrong(ref, time.now(), freshUntil, LEASE_MS);
      if (at !== undefined) tally.wrong ??= { ref, at };
    }
  };
  for (const [index, at] of pollTimes().entries()) {
    const { replica, ms, wait } = history.polls[index % history.polls.length] ?? NO_POLL;
    const to = replicas[replica];
    if (to !== undefined)
      time.at(at, () =>
        poll({ ...to, time }, ms, wait, (body) => {
          if (body === undefined) tally.refused += 1;
          else onAnswer(body, at);
        }),
      );
  }
  await time.run(END);
  stop.abort();
  await Promise.all(replicas.map(({ following }) => following));
  return tally;
}

const NO_POLL = { replica: 0, ms: 0, wait: 0 };

const pollTimes = () =>
  Array.from({ length: END / POLL_EVERY_MS - 1 }, (_, index) => index * POLL_EVERY_MS);

/** One poll: there, maybe held, and back. */
function poll(
  { machine, feed, time }: { machine: Machine; feed: Feed; time: VirtualTime },
  ms: number,
  waitMs: number,
  onAnswer: (body: string | undefined) => void,
): void {
  machine.arrive(time.now() + ms, () => {
    const after = /"rev":"([^"]+)/.exec(currentBody(feed))?.[1];
    feed.poll({ workload: 'shop/order-service', after, waitMs }, (answer) => {
      time.at(time.now() + ms, () =>
        onAnswer(typeof answer === 'object' ? answer.body : undefined),
      );
    });
  });
}

function currentBody(feed: Feed): string {
  let body = '';
  feed.poll({ workload: 'shop/order-service', after: undefined, waitMs: 0 }, (answer) => {
    if (typeof answer === 'object') body = answer.body;
  });
  return body;
}
