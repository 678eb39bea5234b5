import type { Clocks, LeaseClock } from '../core/lease-clock.ts';
import type { SubscriberList } from '../core/snapshot.ts';
import type { After } from '../core/waiters.ts';
import type { ApiServer } from './api-server.ts';
import { followLists } from './follow-lists.ts';
import { type KeepWatchOptions, keepWatch } from './keep-watch.ts';
import { listSubscribers } from './list.ts';
import { pause } from './pause.ts';

/** How often the lease clock is read at least; see there. */
const TICK_MS = 1_000;

export interface FollowOptions {
  api: ApiServer;
  clock: LeaseClock;
  clocks: Pick<Clocks, 'monotonic'>;
  after: After;
  stop: AbortSignal;
  onList(list: SubscriberList, ms: number): void;
  onError(error: Error, ms: number): void;
  onWatchEnd: KeepWatchOptions['onEnd'];
  list?: typeof listSubscribers;
}

/** Lists all Subscribers again and again until it is stopped, at once when a watch says that something changed. */
export async function followSubscribers({
  list = listSubscribers,
  ...options
}: FollowOptions): Promise<void> {
  const { api, clock, clocks, after, stop, onError, onWatchEnd } = options;
  const common = { after, stop, monotonic: clocks.monotonic };
  let newest: SubscriberList | undefined;
  const lists = followLists({
    ...common,
    list: (signal) => list({ api, clock }, signal),
    onList: (result, ms) => {
      newest = result;
      options.onList(result, ms);
    },
    onError,
  });
  const watch = keepWatch({
    ...common,
    api,
    resourceVersion: () => newest?.resourceVersion,
    onHint: lists.ask,
    onEnd: onWatchEnd,
  });
  await Promise.all([lists.ended, watch, readOften(clock, after, stop)]);
}

async function readOften(clock: LeaseClock, after: After, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    clock.now();
    await pause(after, TICK_MS, stop);
  }
}
