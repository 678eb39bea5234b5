import { afterEach, expect, test } from '@jest/globals';
import { subscriber } from '../lib/objects.ts';
import { ask, live, type Running, ready, startFeed, until } from '../lib/running.ts';

let feed: Running;
afterEach(() => feed.stop());

const many = (count: number) =>
  Array.from({ length: count }, (_, i) => subscriber(`s${i}`, { ref: `mp-${i}` }));

test('lists come in pages of one state, without a resourceVersion, and with the token', async () => {
  feed = await startFeed((api) => {
    api.items = many(7);
    api.pageSize = 3;
  });
  await ready(feed);
  expect((await live(feed.url, '')).body.refs).toHaveLength(7);
  const lists = feed.api.requests.filter(({ url }) => !url.searchParams.has('watch'));
  const pages = lists.slice(0, 3).map(({ url }) => [...url.searchParams]);
  expect(pages).toEqual([
    [['limit', '500']],
    [
      ['limit', '500'],
      ['continue', '3'],
    ],
    [
      ['limit', '500'],
      ['continue', '6'],
    ],
  ]);
  for (const { url, authorization } of feed.api.requests) {
    expect(url.pathname).toBe('/apis/riskified.com/v1alpha1/subscribers');
    expect(authorization).toBe('Bearer secret');
  }
});

test('a failing list changes nothing, and the age goes on', async () => {
  feed = await startFeed((api) => {
    api.items = many(2);
  });
  await ready(feed);
  const before = (await live(feed.url, '')).body;
  feed.api.fault = { status: 200, text: '{}' };
  feed.api.change([]);
  await until(async () => (await ask(feed.url, '/metrics')).body.includes('result="error"'));
  const after = (await live(feed.url, '')).body;
  expect(after.rev).toBe(before.rev);
  expect(after.ageMs).toBeGreaterThan(before.ageMs);
});

test.each([
  ['an event', '{"type":"ADDED","object":{}}\n'],
  ['half an event', '{"ty'],
  ['nonsense', '\0\n'],
  [
    'an event that contradicts the list',
    '{"type":"DELETED","object":{"metadata":{"name":"s0"}}}\n',
  ],
])('%s of a watch only asks for a list', async (_name, text) => {
  feed = await startFeed((api) => {
    api.items = many(1);
  });
  await until(() => feed.api.watches() === 1);
  const { rev } = (await live(feed.url, '')).body;
  const held = live(feed.url, `&after=${rev}&wait=20s`);
  feed.api.items = many(3);
  feed.api.tell(text);
  expect((await held).body.refs).toEqual(['mp-0', 'mp-1', 'mp-2']);
  expect(feed.api.mostAtOnce).toBe(1);
});

test('many events make few lists, one after the other', async () => {
  feed = await startFeed();
  await until(() => feed.api.watches() === 1);
  const lists = () => feed.api.requests.filter(({ url }) => !url.searchParams.has('watch')).length;
  const before = lists();
  for (let i = 0; i < 200; i++) {
    feed.api.change(many(i % 5));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  feed.api.change(many(9));
  await until(async () => (await live(feed.url, '')).body.refs.length === 9);
  expect(lists() - before).toBeLessThan(30);
  expect(feed.api.mostAtOnce).toBe(1);
});

test.each([
  ['ends', false],
  ['breaks', true],
])('a watch that %s is opened again, from the newest list', async (_name, isBroken) => {
  feed = await startFeed();
  await until(() => feed.api.watches() === 1);
  feed.api.resourceVersion = 42;
  feed.api.tell('x');
  await until(async () => (await ask(feed.url, '/metrics')).body.includes('count{result="ok"} 2'));
  feed.api.endWatches(isBroken);
  await until(() => feed.api.watches() === 0);
  await until(() => feed.api.watches() === 1);
  const watches = feed.api.requests.filter(({ url }) => url.searchParams.has('watch'));
  expect(watches.map(({ url }) => url.searchParams.get('resourceVersion'))).toEqual(['1', '42']);
});

test('without watches, every change is seen by the next regular list', async () => {
  feed = await startFeed((api) => {
    api.watchStatus = 410;
  });
  await ready(feed);
  const { rev } = (await live(feed.url, '')).body;
  const held = live(feed.url, `&after=${rev}&wait=20s`);
  feed.api.items = many(1);
  expect((await held).body.refs).toEqual(['mp-0']);
  expect((await ask(feed.url, '/metrics')).body).toContain('watch_ends_total{reason="410"}');
});

test('closing does not wait for a list that hangs', async () => {
  feed = await startFeed((api) => {
    api.fault = 'hang';
  });
  await until(() => feed.api.requests.length > 0);
  const started = performance.now();
  await feed.served.close();
  expect(performance.now() - started).toBeLessThan(5_000);
});

test('an object that cannot be read is left out and counted; the others are told', async () => {
  feed = await startFeed((api) => {
    api.items = [...many(1), { metadata: { name: 'x' } }, null, 7];
  });
  await ready(feed);
  expect((await live(feed.url, '')).body.refs).toEqual(['mp-0']);
  const { body } = await ask(feed.url, '/metrics');
  expect(body).toContain('dynamicenv_feed_unreadable_subscribers 3');
});
