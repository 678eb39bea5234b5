import { expect, test } from '@jest/globals';
import type { Fault } from '../lib/fake-api-server.ts';
import { subscriber } from '../lib/objects.ts';
import { ask, live, ready, startFeed, until } from '../lib/running.ts';

const many = (count: number) =>
  Array.from({ length: count }, (_, i) => subscriber(`s${i}`, { ref: `mp-${i}` }));

// Most of the time is spent with the feed's pauses before a retry, so several run together.
test.concurrent.each<[string, Fault]>([
  ['401', { status: 401, text: '{"message":"Unauthorized"}' }],
  ['403', { status: 403, text: '{"message":"forbidden"}' }],
  ['404 in plain text', { status: 404, text: '404 page not found' }],
  ['410 at the first page', { status: 410, text: '{}' }],
  ['410 at every further page', 'expire'],
  ['429', { status: 429, text: '{"message":"too many"}' }],
  ['500', { status: 500, text: 'etcdserver: request timed out' }],
  ['HTML', { status: 200, text: '<html>login</html>' }],
  ['null', { status: 200, text: 'null' }],
  ['a list without items', { status: 200, text: '{"metadata":{"resourceVersion":"1"}}' }],
  ['items null', { status: 200, text: '{"items":null,"metadata":{"resourceVersion":"1"}}' }],
  ['a list without a version', { status: 200, text: '{"items":[],"metadata":{}}' }],
  ['half an answer', 'cut'],
  ['no answer', 'hang'],
])('%s is no list: not ready and 503, until there is one', async (_name, fault) => {
  const feed = await startFeed((api) => {
    api.items = many(2);
    api.pageSize = 1;
    api.fault = fault;
  });
  try {
    await until(() => feed.api.requests.length > 0);
    const { status, body, headers } = await live(feed.url, '&after=x&wait=8s');
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(body.error).toMatch(/no list of Subscribers/);
    expect((await ask(feed.url, '/readyz')).status).toBe(503);
    expect((await ask(feed.url, '/healthz')).status).toBe(200);
    if (fault === 'hang') return;
    feed.api.fault = undefined;
    await ready(feed);
    expect((await live(feed.url, '')).body.refs).toHaveLength(2);
  } finally {
    await feed.stop();
  }
});
