import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startRouting } from '../../src/routing/routing.ts';
import type { EventRoutingOptions, Routing } from '../../src/routing/types.ts';
import { type FakeBroker, fakeBroker } from '../lib/fake-broker.ts';
import { type FakeFeed, type FeedStep, fakeFeed, liveAnswer } from '../lib/fake-feed.ts';
import { freePort } from '../lib/free-port.ts';

const OWN = 'orders.mp-101.0123456789';
const SERVICES = { 'mp-101': ['order-service'] };
const LIVE = liveAnswer(SERVICES, { incarnations: { 'mp-101': '0123456789' } });
const GONE = liveAnswer({});

describe('the consumer of an env', () => {
  const opened: (Routing | FakeFeed)[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  async function start(answer: FeedStep, options: EventRoutingOptions = {}) {
    const feed = await fakeFeed(() => answer);
    opened.push(feed);
    const port = await freePort();
    const log: string[] = [];
    const env = {
      DYNAMICENV_WORKLOAD: 'shop/order-service',
      DYNAMICENV_FEED: feed.url.href,
      DYNAMICENV_REF: 'mp-101',
      DYNAMICENV_INCARNATION: '0123456789',
      DYNAMICENV_SERVICES: 'order-service',
      DYNAMICENV_PORT: String(port),
      DYNAMICENV_DRAIN_SECONDS: '1',
      ...options.env,
    };
    const made = await startRouting({ log: (text) => log.push(text), ...options, env });
    opened.push(made);
    const broker = fakeBroker({ payments: [{ earliest: 0n, end: 10n }] });
    broker.group('orders').offsets.set('payments', new Map([[0, 4n]]));
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
      return response && { status: response.status, text: (await response.text()).trim() };
    };
    return { routing: made, join: made.join, feed, broker, get, log };
  }

  const groupOf = ({ admin }: FakeBroker, base = 'orders') => ({
    base,
    topics: ['payments'],
    isolation: 'read_committed' as const,
    openAdmin: <T>(use: (given: typeof admin) => Promise<T>) => use(admin),
  });

  test('its group is forked, and begins at the earliest message elsewhere', async () => {
    const { join, broker } = await start(GONE);
    expect(await join(groupOf(broker))).toMatchObject({ groupId: OWN, reset: 'earliest' });
    expect(broker.group(OWN).offsets.get('payments')?.get(0)).toBe(4n);
  });

  test('a live env’s group without offsets begins at the earliest message, and this is told', async () => {
    const { join, broker, log } = await start(LIVE);
    await join(groupOf(broker));
    expect(broker.group(OWN).offsets.get('payments')?.get(0)).toBe(0n);
    expect(log).toEqual([
      `Group "${OWN}" has no offsets in payments, though the env is live: it begins at the earliest message, and may handle some twice`,
    ]);
  });

  test('the port opens only when the group is assigned', async () => {
    const { join, broker, get } = await start(LIVE);
    expect(await get('/started')).toBeUndefined();
    const { assigned } = await join(groupOf(broker));
    expect(await get('/started')).toBeUndefined();
    assigned();
    expect(await get('/started')).toEqual({ status: 200, text: '' });
    expect(await get('/other')).toMatchObject({ status: 404 });
  });

  test('all groups must be assigned', async () => {
    const { join, broker, get } = await start(LIVE);
    const first = await join(groupOf(broker));
    const second = await join(groupOf(broker, 'invoices'));
    first.assigned();
    expect(await get('/started')).toBeUndefined();
    second.assigned();
    expect(await get('/started')).toMatchObject({ status: 200 });
  });

  test('also those that are declared, but not created yet', async () => {
    const { join, broker, get } = await start(LIVE, { groups: ['orders', 'invoices'] });
    (await join(groupOf(broker))).assigned();
    expect(await get('/started')).toBeUndefined();
    (await join(groupOf(broker, 'invoices'))).assigned();
    expect(await get('/started')).toMatchObject({ status: 200 });
  });

  test('a group or topic that comes after the port has opened is told', async () => {
    const { join, broker, log } = await start(GONE);
    broker.topics.set('refunds', [{ earliest: 0n, end: 0n }]);
    const orders = groupOf(broker);
    (await join(orders)).assigned();
    // Created again: it was forked in time.
    (await join(orders)).assigned();
    expect(log).toEqual([]);
    await join(groupOf(broker, 'invoices'));
    expect(log).toEqual([
      expect.stringContaining(
        'Messages may be handled twice, or be lost if the feed does not answer: group "invoices" consumes payments only since this pod counted as started',
      ),
    ]);
    expect(log.join()).toContain('eventRouting({ groups: ["orders","invoices"] })');
    await join({ ...orders, topics: ['payments', 'refunds'] });
    expect(log[1]).toContain('group "orders" consumes refunds only since');
    expect(log).toHaveLength(2);
  });

  test('a group that comes later is not started', async () => {
    const { join, broker, get } = await start(LIVE);
    (await join(groupOf(broker))).assigned();
    const late = await join(groupOf(broker, 'invoices'));
    expect(await get('/started')).toMatchObject({ status: 503 });
    late.assigned();
    expect(await get('/started')).toMatchObject({ status: 200 });
  });

  test('a fork that fails rejects, and the port stays closed', async () => {
    const { join, get } = await start(LIVE);
    await expect(join(groupOf(fakeBroker({})))).rejects.toThrow('topic "payments" does not exist');
    expect(await get('/started')).toBeUndefined();
  });

  test('a join that failed can be tried again, and keeps the port closed until then', async () => {
    const { join, broker, get } = await start(LIVE);
    const first = await join(groupOf(broker));
    await expect(join(groupOf(fakeBroker({}), 'invoices'))).rejects.toThrow('does not exist');
    // Also when the other group is assigned again.
    first.assigned();
    expect(await get('/started')).toBeUndefined();
    const again = await join(groupOf(broker, 'invoices'));
    expect(await get('/started')).toBeUndefined();
    again.assigned();
    expect(await get('/started')).toMatchObject({ status: 200 });
  });

  test('a consumer that did not start after its join can be created again', async () => {
    const { join, broker, get, log } = await start(GONE);
    (await join(groupOf(broker))).abandoned();
    expect(await get('/started')).toBeUndefined();
    const again = await join(groupOf(broker));
    again.assigned();
    expect(await get('/started')).toMatchObject({ status: 200 });
    // It ends later: it was started all the same.
    again.abandoned();
    expect(await get('/started')).toMatchObject({ status: 200 });
    await get('/drain');
    expect(log.join().match(/is 6 behind/g)).toHaveLength(1);
  });

  test('one that was abandoned and is assigned after all counts', async () => {
    const { join, broker, get } = await start(LIVE);
    const { assigned, abandoned } = await join(groupOf(broker));
    abandoned();
    assigned();
    expect(await get('/started')).toMatchObject({ status: 200 });
    const second = await join(groupOf(broker));
    expect(await get('/started')).toMatchObject({ status: 503 });
    second.assigned();
    expect(await get('/started')).toMatchObject({ status: 200 });
  });

  test.each<[string, FeedStep]>([
    ['says its incarnation', LIVE],
    ['is older and says the ref only', liveAnswer(SERVICES)],
  ])('a pod of an env that stays goes at once, if the feed %s', async (_, answer) => {
    const { join, broker, get } = await start(answer);
    (await join(groupOf(broker))).assigned();
    expect(await get('/drain')).toEqual({ status: 200, text: 'done' });
  });

  test('a pod of an env that goes handles everything first', async () => {
    const { join, broker, get } = await start(GONE);
    (await join(groupOf(broker))).assigned();
    const drained = get('/drain');
    setTimeout(() => broker.group(OWN).offsets.set('payments', new Map([[0, 10n]])), 200);
    expect(await drained).toEqual({ status: 200, text: 'done' });
  });

  test('at the deadline it says what is left', async () => {
    const { join, broker, get, log } = await start(GONE);
    (await join(groupOf(broker))).assigned();
    const text = `Not drained after 1 s (DYNAMICENV_DRAIN_SECONDS): group "${OWN}" is 6 behind in payments, partition 0`;
    expect(await get('/drain')).toEqual({ status: 504, text });
    expect(log).toContain(text);
  });

  test('at the deadline also if the broker has stopped to answer: it says what was left when it did', async () => {
    const { join, broker, get, log } = await start(GONE);
    const group = groupOf(broker);
    let reads = 0;
    const committed: typeof broker.admin.committed = (...args) => {
      reads += 1;
      return reads > 1 ? new Promise(() => {}) : broker.admin.committed(...args);
    };
    const silent = { ...broker.admin, committed };
    let isForked = false;
    const openAdmin: typeof group.openAdmin = (use) => use(isForked ? silent : broker.admin);
    (await join({ ...group, openAdmin })).assigned();
    isForked = true;
    const text = `Not drained after 1 s (DYNAMICENV_DRAIN_SECONDS): group "${OWN}" is 6 behind in payments, partition 0`;
    expect(await get('/drain')).toEqual({ status: 504, text });
    expect(log).toContain(text);
  });

  test.each<[string, () => Promise<never>, string]>([
    ['has never answered', () => new Promise(() => {}), 'the broker has not answered'],
    ['was away', () => Promise.reject(new Error('no connection')), 'no connection'],
  ])('at the deadline also if the broker %s', async (_, opens, why) => {
    const { join, broker, get } = await start(GONE);
    const group = groupOf(broker);
    let isForked = false;
    const openAdmin: typeof group.openAdmin = (use) => (isForked ? opens() : group.openAdmin(use));
    (await join({ ...group, openAdmin })).assigned();
    isForked = true;
    expect(await get('/drain')).toEqual({
      status: 504,
      text: `Not drained after 1 s (DYNAMICENV_DRAIN_SECONDS): group "${OWN}" cannot be read: ${why}`,
    });
  });

  test('a connection that does not close does not hold the answer back beyond the deadline', async () => {
    const { join, broker, get } = await start(GONE);
    const group = groupOf(broker);
    let isForked = false;
    const openAdmin: typeof group.openAdmin = async (use) => {
      const result = await group.openAdmin(use);
      return isForked ? new Promise(() => {}) : result;
    };
    (await join({ ...group, openAdmin })).assigned();
    isForked = true;
    broker.group(OWN).offsets.set('payments', new Map([[0, 10n]]));
    expect(await get('/drain')).toEqual({ status: 200, text: 'done' });
  });

  test('several requests wait for one drain', async () => {
    const { join, broker, get, log } = await start(GONE);
    (await join(groupOf(broker))).assigned();
    await Promise.all([get('/drain'), get('/drain'), get('/drain')]);
    expect(log.filter((line) => line.startsWith('Not drained'))).toHaveLength(1);
  });

  test.each<[string, FeedStep]>([
    ['does not answer', { status: 503 }],
    ['answers HTML', { type: 'text/html', text: '<html></html>' }],
    ['answers with an old list', liveAnswer(SERVICES, { ageMs: 30_000 })],
    [
      'knows another incarnation of the ref',
      liveAnswer(SERVICES, { incarnations: { 'mp-101': '9876543210' } }),
    ],
    ['knows two incarnations of the ref, and so none', liveAnswer(SERVICES, { incarnations: {} })],
    ['knows other refs', liveAnswer({ 'mp-1012': ['order-service'] })],
  ])('drains if the feed %s', async (_, answer) => {
    const { join, broker, get } = await start(answer);
    (await join(groupOf(broker))).assigned();
    expect(await get('/drain')).toMatchObject({ status: 504 });
  });

  test('drains without a feed', async () => {
    const { join, broker, get } = await start(LIVE, { env: { DYNAMICENV_FEED: '' } });
    (await join(groupOf(broker))).assigned();
    expect(await get('/drain')).toMatchObject({ status: 504 });
  });

  test('a broker that cannot be asked is asked again', async () => {
    const { join, broker, get } = await start(GONE, {
      env: { DYNAMICENV_DRAIN_SECONDS: '5' },
    });
    const group = groupOf(broker);
    let failures = 0;
    const openAdmin: typeof group.openAdmin = (use) => {
      if (!broker.group(OWN).offsets.has('payments') || failures > 0) return group.openAdmin(use);
      failures += 1;
      return Promise.reject(new Error('no connection'));
    };
    (await join({ ...group, openAdmin })).assigned();
    broker.group(OWN).offsets.set('payments', new Map([[0, 10n]]));
    expect(await get('/drain')).toEqual({ status: 200, text: 'done' });
    expect(failures).toBe(1);
  });

  test('a port that was taken is opened with the next assignment', async () => {
    const port = await freePort();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, resolve));
    const { join, broker, log } = await start(LIVE, {
      env: { DYNAMICENV_PORT: String(port) },
    });
    const { assigned } = await join(groupOf(broker));
    assigned();
    while (!log.join().includes('cannot be opened')) await sleep(5);
    await new Promise((resolve) => other.close(resolve));
    assigned();
    expect((await fetch(`http://127.0.0.1:${port}/started`)).status).toBe(200);
  });

  test('a port that is taken is told', async () => {
    const other = await start(LIVE);
    (await other.join(groupOf(other.broker))).assigned();
    const { port } = other.feed.url;
    const second = await start(LIVE, { env: { DYNAMICENV_PORT: port } });
    (await second.join(groupOf(second.broker))).assigned();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await other.routing.close();
    expect(second.log.join()).toContain(`Port ${port} (DYNAMICENV_PORT) cannot be opened`);
  });
});
