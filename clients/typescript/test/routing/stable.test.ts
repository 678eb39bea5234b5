import { afterEach, describe, expect, test } from '@jest/globals';
import { startRouting } from '../../src/routing/routing.ts';
import type { Routing } from '../../src/routing/types.ts';
import { fakeBroker } from '../lib/fake-broker.ts';
import { type FakeFeed, type FeedStep, fakeFeed, liveAnswer } from '../lib/fake-feed.ts';

const HEADERS = { 'x-source-route': Buffer.from('mp-101') };

describe('the stable consumer', () => {
  let routing: Routing | undefined;
  let feed: FakeFeed | undefined;
  afterEach(async () => {
    await routing?.close();
    await feed?.close();
  });

  async function start(next: () => FeedStep | undefined, env: Record<string, string> = {}) {
    feed = await fakeFeed(next);
    const log: string[] = [];
    routing = await startRouting({
      env: { DYNAMICENV_WORKLOAD: 'shop/order-service', DYNAMICENV_FEED: feed.url.href, ...env },
      log: (text) => log.push(text),
    });
    return { routing, log };
  }

  test('keeps its group', async () => {
    const {
      routing: { join },
    } = await start(() => liveAnswer({}));
    const { admin } = fakeBroker({});
    const openAdmin = <T>(use: (given: typeof admin) => Promise<T>) => use(admin);
    const group = {
      base: 'orders',
      topics: ['gone'],
      isolation: 'read_committed' as const,
      openAdmin,
    };
    expect(await join(group)).toMatchObject({ groupId: 'orders', reset: 'earliest' });
  });

  test('handles everything until the feed’s first answer, and consumes only then', async () => {
    const answer = Promise.withResolvers<void>();
    let isAnswering = false;
    const {
      routing: { decide, mayConsume },
      log,
    } = await start(() =>
      isAnswering ? liveAnswer({ 'mp-101': ['order-service'] }) : { status: 503 },
    );
    let consumes = false;
    const consuming = mayConsume().then(() => {
      consumes = true;
    });
    setTimeout(answer.resolve, 300);
    await answer.promise;
    expect(consumes).toBe(false);
    expect(decide(HEADERS)).toEqual({ action: 'handle', why: 'live refs are not known' });
    isAnswering = true;
    await consuming;
    expect(decide(HEADERS)).toEqual({
      action: 'skip',
      why: 'ref has a live consumer',
      ref: 'mp-101',
    });
    expect(log).toEqual([
      expect.stringContaining('The feed of live refs does not answer'),
      expect.stringContaining('The feed of live refs answers again'),
    ]);
  });

  test('ends its waiting when it is closed', async () => {
    const {
      routing: { mayConsume, close },
    } = await start(() => undefined, { DYNAMICENV_WHEN_BLIND: 'wait' });
    const consuming = mayConsume();
    await close();
    await consuming;
  });
});

describe('the plain consumer', () => {
  test('handles everything, keeps its group, and says once what it is', async () => {
    const log: string[] = [];
    const { decide, join, mayConsume, mode } = await startRouting({
      env: {},
      log: (text) => log.push(text),
    });
    const openAdmin = () => Promise.reject(new Error('not asked'));
    const group = {
      base: 'orders',
      topics: ['t'],
      isolation: 'read_committed' as const,
      openAdmin,
    };
    expect(mode).toBe('plain');
    expect(await join(group)).toMatchObject({ groupId: 'orders', reset: undefined });
    await mayConsume();
    expect(decide(HEADERS)).toEqual({ action: 'handle', why: 'plain consumer' });
    expect(log).toEqual([expect.stringContaining('Event routing is off')]);
  });

  test('wrong variables are an error at the start', async () => {
    const env = { DYNAMICENV_WORKLOAD: 'shop/order-service' };
    await expect(startRouting({ env })).rejects.toThrow('DYNAMICENV_FEED is missing');
  });
});
