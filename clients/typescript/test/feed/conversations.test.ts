import { afterEach, describe, expect, test } from '@jest/globals';
import type { Clocks } from '../../src/feed/clocks.ts';
import { followLiveRefs, type LiveRefs } from '../../src/feed/live-refs.ts';
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
}

const { workload, cases } = vectors<Feed>('feed.yaml');
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
});

function asMap(live: LiveRefs | undefined) {
  const refs = live?.current();
  return refs ? Object.fromEntries(refs.map(({ ref, services }) => [ref, services])) : null;
}

/** Time passes only by `pass`; a timeout is over soon after the feed's silence began. */
class TestClocks implements Clocks {
  #now = 1000;
  #timeouts: AbortController[] = [];
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
  timeout() {
    const controller = new AbortController();
    this.#timeouts.push(controller);
    return controller.signal;
  }
  isCutting({ hangs, hangsAfter }: FeedStep) {
    const controller = this.#timeouts.at(-1);
    if (hangs || hangsAfter !== undefined) setTimeout(() => controller?.abort(), 30);
  }
}
