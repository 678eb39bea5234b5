import { setTimeout as sleep } from 'node:timers/promises';
import type { Suite } from './suite.ts';
import type { World } from './world.ts';

/** A view is used for at most the lease of 30 s after its request; then stable handles everything until the feed answers again. */
const BLIND = { moreMs: 8000 };
const FROZEN_MS = 45_000;

/** What happens to the feed while envs come and go: a replica is killed, both are frozen, and both are replaced. */
export async function feedTroubles(suite: Suite, worlds: readonly World[]): Promise<void> {
  const { say, feeds } = suite;
  const endpoints = () => {
    for (const { feed } of worlds) feed.setEndpoints(feeds.map(({ port }) => port));
  };
  const replace = async () => {
    const [old] = feeds;
    if (old === undefined) return;
    await suite.addFeed();
    feeds.shift();
    endpoints();
    await old.end();
  };

  await sleep(15_000);
  say('feed: a replica is killed');
  const [killed] = feeds.splice(0, 1);
  killed?.program.signal('SIGKILL');
  await killed?.program.gone;
  endpoints();
  await sleep(10_000);
  say('feed: it is back');
  await suite.addFeed();
  endpoints();

  await sleep(90_000);
  const freeze = async () => {
    for (const { program } of feeds) program.signal('SIGSTOP');
    await sleep(FROZEN_MS);
    for (const { program } of feeds) program.signal('SIGCONT');
  };
  const frozen = freeze();
  const what = `feed: all replicas are frozen for ${FROZEN_MS / 1000} s`;
  await Promise.all(worlds.map((world) => world.disturb(what, () => frozen, BLIND)));
  say('feed: the replicas go on');

  await sleep(10_000);
  say('feed: rolled');
  await replace();
  await replace();
  say('feed: both replicas are new');
}
