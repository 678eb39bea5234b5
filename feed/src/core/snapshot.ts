import { type LiveSubscriber, readSubscriber } from './subscriber.ts';
import { EMPTY_VIEW, type View, viewOf } from './view.ts';

/** All objects of one consistent list. */
export interface SubscriberList {
  items: readonly unknown[];
  /** By the lease clock, before the first request was sent: the content is at least as new. */
  startedAt: number;
  resourceVersion: string;
}

export interface Snapshot {
  startedAt: number;
  /** By workload. Workloads without live consumers are not in it. */
  views: ReadonlyMap<string, View>;
  objects: number;
  live: number;
  unreadable: number;
  /** The first object that could not be read, and why. */
  problem?: string;
}

const MOST_OF_NAME = 253;

/** What a list says about each workload. */
export function snapshotOf({ items, startedAt }: SubscriberList): Snapshot {
  const live: LiveSubscriber[] = [];
  let unreadable = 0;
  let problem: string | undefined;
  for (const item of items) {
    const read = readSubscriber(item);
    if (read === 'not-live') continue;
    if ('live' in read) live.push(read.live);
    else {
      unreadable += 1;
      problem ??= `${nameOf(item)}: ${read.problem}`;
    }
  }
  const byWorkload = Map.groupBy(live, ({ workload }) => workload);
  const views = new Map([...byWorkload].map(([workload, all]) => [workload, viewOf(all)]));
  const counts = { objects: items.length, live: live.length, unreadable };
  return { startedAt, views, ...counts, ...(problem !== undefined && { problem }) };
}

/** A workload that nobody knows has no live consumer: that is no error. */
export function viewIn({ views }: Snapshot, workload: string): View {
  return views.get(workload) ?? EMPTY_VIEW;
}

function nameOf(item: unknown): string {
  const name = (item as { metadata?: { name?: unknown } } | null)?.metadata?.name;
  return typeof name === 'string' ? name.slice(0, MOST_OF_NAME) : 'an object without a name';
}
