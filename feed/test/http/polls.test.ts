import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { subscriber } from '../lib/objects.ts';
import { ask, live, type Running, ready, startFeed, until } from '../lib/running.ts';

let feed: Running;
beforeEach(async () => {
  feed = await startFeed((api) => {
    api.items = [subscriber('a')];
  }, 3);
  await ready(feed);
});
afterEach(() => feed.stop());

test('an answer has the live refs, their services, a rev, the age and the lease', async () => {
  const { status, body, headers } = await live(feed.url, '');
  expect(status).toBe(200);
  expect(Object.keys(body)).toEqual([
    'rev',
    'refs',
    'services',
    'incarnations',
    'ageMs',
    'leaseMs',
  ]);
  expect(body).toMatchObject({
    refs: ['mp-101'],
    services: { 'mp-101': ['order-service'] },
    incarnations: { 'mp-101': '0123456789' },
    leaseMs: 30_000,
  });
  expect(body.ageMs).toBeGreaterThan(0);
  expect(body.ageMs).toBeLessThan(15_000);
  expect(headers.get('cache-control')).toBe('no-store');
});

test('a held poll is answered when its workload changes, and not when another one does', async () => {
  const { rev } = (await live(feed.url, '')).body;
  const started = performance.now();
  const held = live(feed.url, `&after=${rev}&wait=20s`);
  await until(() => feed.api.watches() > 0);
  feed.api.change([subscriber('a'), subscriber('b', { workload: 'shop/mail' })]);
  await until(
    async () => (await ask(feed.url, '/v1/live?workload=shop/mail')).body.refs.length === 1,
  );
  feed.api.change([subscriber('a', { phase: 'Leaving' })]);
  expect((await held).body).toMatchObject({ refs: [], services: {} });
  expect(performance.now() - started).toBeLessThan(15_000);
});

test('a held poll ends with its time, and says the same rev and an age of now', async () => {
  const { rev } = (await live(feed.url, '')).body;
  const started = performance.now();
  const { body } = await live(feed.url, `&after=${rev}&wait=700ms`);
  expect(performance.now() - started).toBeGreaterThanOrEqual(690);
  expect(body.rev).toBe(rev);
});

test.each(['&after=old&wait=20s', '&wait=20s', '&after=&wait=20s'])(
  'a poll without the current rev is answered at once: %s',
  async (query) => {
    const started = performance.now();
    expect((await live(feed.url, query)).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(10_000);
  },
);

test('an unknown workload has no refs, and can be waited for', async () => {
  const path = '/v1/live?workload=shop/later';
  const { status, body } = await ask(feed.url, path);
  expect([status, body.refs, body.services]).toEqual([200, [], {}]);
  const held = ask(feed.url, `${path}&after=${body.rev}&wait=20s`);
  await until(() => feed.api.watches() > 0);
  feed.api.change([subscriber('l', { workload: 'shop/later' })]);
  expect((await held).body.refs).toEqual(['mp-101']);
});

describe('limits', () => {
  test('more polls than the limit are answered with 503 and when to ask again; a client that goes makes room', async () => {
    const { rev } = (await live(feed.url, '')).body;
    const query = `&after=${rev}&wait=20s`;
    const leave = new AbortController();
    const url = `${feed.url}/v1/live?workload=shop/order-service${query}`;
    const held = [0, 1, 2].map(() =>
      fetch(url, { signal: leave.signal }).then(
        () => 'answered',
        () => 'left',
      ),
    );
    const metrics = async () => (await ask(feed.url, '/metrics')).body as string;
    await until(async () => (await metrics()).includes('dynamicenv_feed_held_polls 3'));
    const { status, body, headers } = await live(feed.url, query);
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    // So that the next attempt may reach another replica.
    expect(headers.get('connection')).toBe('close');
    expect(body.error).toMatch(/too many polls/);
    expect((await live(feed.url, '')).status).toBe(200);
    leave.abort();
    expect(await Promise.all(held)).toEqual(['left', 'left', 'left']);
    await until(async () => (await metrics()).includes('dynamicenv_feed_held_polls 0'));
  });

  test.each([
    ['no workload', '/v1/live', 400, /^workload/],
    ['two workloads', '/v1/live?workload=a/b&workload=a/c', 400, /^workload/],
    ['a broken escape', '/v1/live?workload=%zz', 400, /^workload/],
    ['a wait of a minute', '/v1/live?workload=a/b&wait=60s', 400, /^wait/],
    ['another path', '/v1/dead', 404, /\/v1\/live/],
    ['a path that cannot be decoded', '/%zz', 400, /./],
  ])('%s is answered in words', async (_name, path, status, words) => {
    const answer = await ask(feed.url, path);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(words);
  });

  test('a long URL, long headers, a body and another method are refused', async () => {
    const url = `${feed.url}/v1/live?workload=a/b`;
    const status = async (at: string, init: RequestInit = {}) => (await fetch(at, init)).status;
    expect(await status(`${url}&x=${'x'.repeat(9_000)}`)).toBe(431);
    expect(await status(url, { headers: { x: 'x'.repeat(9_000) } })).toBe(431);
    expect(await status(url, { method: 'POST', body: '{}' })).toBeGreaterThanOrEqual(400);
    expect(await status(url, { method: 'HEAD' })).toBe(404);
  });
});

test('closing answers what is held, and ends connections', async () => {
  const { rev } = (await live(feed.url, '')).body;
  const held = live(feed.url, `&after=${rev}&wait=20s`);
  await until(async () => (await ask(feed.url, '/metrics')).body.includes('held_polls 1'));
  const closed = feed.served.close();
  const { status, body, headers } = await held;
  expect([status, body.rev, headers.get('connection')]).toEqual([200, rev, 'close']);
  await closed;
  await expect(live(feed.url, '')).rejects.toThrow();
});

test('/metrics, /healthz and /readyz', async () => {
  const { body } = await ask(feed.url, '/metrics');
  for (const line of [
    'dynamicenv_feed_subscribers 1',
    'dynamicenv_feed_live_refs 1',
    'dynamicenv_feed_unreadable_subscribers 0',
    'dynamicenv_feed_list_duration_seconds_count{result="ok"}',
    'process_resident_memory_bytes',
  ])
    expect(body).toContain(line);
  expect((await ask(feed.url, '/healthz')).status).toBe(200);
});
