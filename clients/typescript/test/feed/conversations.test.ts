import { afterEach, describe, expect, test } from '@jest/globals';
import type { Clocks } from '../../src/feed/clocks.ts';
import { followLiveRefs, type LiveRefs } from '../../src/feed/live-refs.ts';
import { isStillLive } from '../../src/feed/own-incarnation.ts';
import { type FakeFeed, type FeedStep, fakeFeed } from '../lib/fake-feed.ts';
import { vectors } from '../lib/vectors.ts';

interface Step {
  answer: FeedStep;
  took: number;
  then: number;
  after?: string | null;
  believes: Readonly<Record<string, readonly string[]>> | null;
}

interface Feed {
  workload: string;
  cases: readonly { name: string; steps: readonly Step[] }[];
  leaves: readonly Leave[];
}

interface Leave {
  name: string;
  consumer: { ref: string; incarnation: string };
  answer: FeedStep;
  took: number;
  leaves: boolean;
}

const { workload, cases, leaves } = vectors<Feed>('feed.yaml');
const rejected: unknown[] = [];
process.on('unhandledRejection', (reason) => rejected.push(reason));

describe('clients/vectors/feed.yaml', () => {
  let feed: FakeFeed | undefined;
  let live: LiveRefs | undefined;
  afterEach(async () => {
    live?.close();
    await feed?.close();
    expect(rejected).toEqual([]);
  });

  test.each(cases.map((one) => [one.name, one.steps] as const))('%s', async (_, steps) => {
    const clocks = new TestClocks();
    const believed: unknown[] = [];
    const afters: (string | null)[] = [];
    const done = Promise.withResolvers<void>();
    // A request says that the answer before it has been read.
    feed = await fakeFeed((url) => {
      const step = steps[afters.length];
      if (afters.length > 0) believed.push(asMap(live));
      if (step === undefined) {
        done.resolve();
        return undefined;
      }
      expect(url.searchParams.get('workload')).toBe(workload);
      expect(url.searchParams.get('wait')).toBe(url.searchParams.has('after') ? '8s' : null);
      afters.push(url.searchParams.get('after'));
      clocks.pass(step.took);
      clocks.afterwards = step.then;
      clocks.isCutting(step.answer);
      return step.answer;
    });
    live = followLiveRefs({ feed: feed.url, workload, clocks, log: () => {} });
    await done.promise;
    expect(believed).toEqual(steps.map(({ believes }) => believes));
    expect(afters).toEqual(
      steps.map(({ after }, at) => (after === undefined ? afters[at] : after)),
    );
  });

  test.each(leaves.map((one) => [one.name, one] as const))('leaves: %s', async (_, one) => {
    const clocks = new TestClocks();
    feed = await fakeFeed((url) => {
      expect([...url.searchParams]).toEqual([['workload', workload]]);
      clocks.pass(one.took);
      return one.answer;
    });
    const own = { ...one.consumer, workload, feed: feed.url };
    expect(await isStillLive(own, clocks)).toBe(one.leaves);
  });
});

function asMap(live: LiveRefs | undefined) {
  const refs = live?.current();
  return refs ? Object.fromEntries(refs.map(({ ref, services }) => [ref, services])) : null;
}

/** Time passes only by `pass`; a timeout is over soon after the feed's silence began. */
class TestClocks implements Clocks {
  #now = 1000;
  #late: (() => void) | undefined;
  afterwards = 0;
  readonly random = () => 0;
  now() {
    return { monotonic: this.#now, wall: this.#now + 5_000_000 };
  }
  pass(ms: number) {
    this.#now += ms;
  }
  /** The pause before the next request. */
  async sleep() {
    this.pass(this.afterwards);
  }
  after(_: number, call: () => void) {
    this.#late = call;
    return () => {};
  }
  isCutting({ hangs, hangsAfter }: FeedStep) {
    const late = this.#late;
    if (hangs || hangsAfter !== undefined) setTimeout(() => late?.(), 30);
  }
}
