import { describe, expect, test } from '@jest/globals';
import { judge } from '../../mesh/load/lib/judge.ts';
import type { Sent } from '../../mesh/load/lib/request.ts';
import { refName } from '../../mesh/load/lib/selections.ts';
import type { Epoch } from '../../mesh/load/lib/timeline.ts';

/** The env is requested from 100 on, Ready from 200 to 300 and from 400 on, and deleted at 500. */
const epoch: Epoch = {
  ...{ env: 'a', user: 'alice', from: 100, to: 500 },
  ready: [
    { from: 200, to: 300 },
    { from: 400, to: 450 },
  ],
};

function sent(start: number, end: number, version: string | undefined, user?: string): Sent {
  const headers: Record<string, string> = user === undefined ? {} : { user };
  const intent = { door: 0, protocol: 'http1', isFresh: false, path: '/', headers } as const;
  const answer = version === undefined ? {} : { version, pod: `${version}-1` };
  return { ...intent, ...answer, status: 200, start, end };
}

describe('an answer is judged by the time of its request', () => {
  test.each<[string, Sent, ReturnType<typeof judge>]>([
    ['the base answers a request without a user', sent(210, 220, 'shared'), undefined],
    ['the base answers another user', sent(210, 220, 'shared', 'bob'), undefined],
    ['the env answers a request without a user', sent(210, 220, 'a'), 'leaked'],
    ['the env answers another user', sent(210, 220, 'a', 'bob'), 'leaked'],
    ['the env answers its user while Ready', sent(210, 220, 'a', 'alice'), undefined],
    [
      'the base answers the user while the env is Ready',
      sent(210, 220, 'shared', 'alice'),
      'missed',
    ],
    [
      'the base answers the user while the env is Ready again',
      sent(400, 450, 'shared', 'alice'),
      'missed',
    ],
    ['the base answers before the env is Ready', sent(150, 160, 'shared', 'alice'), undefined],
    [
      'the base answers a request that began before the env was Ready',
      sent(199, 220, 'shared', 'alice'),
      undefined,
    ],
    [
      'the base answers a request that ended when the env was no longer Ready',
      sent(290, 301, 'shared', 'alice'),
      undefined,
    ],
    ['the env answers before it is Ready', sent(150, 160, 'a', 'alice'), undefined],
    ['the env answers before it is requested', sent(90, 99, 'a', 'alice'), 'leaked'],
    ['the env answers after it is deleted', sent(501, 502, 'a', 'alice'), 'leaked'],
    ['another env answers', sent(150, 160, 'b', 'alice'), 'leaked'],
    ['no pod is available', sent(150, 160, undefined, 'alice'), 'strange'],
    ['no answer', { ...sent(150, 160, undefined), status: 0 }, 'unanswered'],
    ['503', { ...sent(150, 160, undefined), status: 503 }, '5xx'],
    ['404', { ...sent(150, 160, undefined), status: 404 }, 'strange'],
  ])('%s', (_, request, wrong) => {
    expect(judge(request, [epoch])).toBe(wrong);
  });
});

describe('a request that selects a ref and a user', () => {
  const both: Epoch[] = [
    { env: 'a', user: 'alice', from: 0, to: 500, ready: [{ from: 100, to: 500 }] },
    {
      ...{ env: 'r', user: [refName('mp-1'), 'bob'], from: 150, to: 400 },
      ready: [{ from: 200, to: 300 }],
    },
  ];
  const headers = { 'x-source-route': 'mp-1', user: 'alice' };

  test.each<[string, Sent, ReturnType<typeof judge>]>([
    ["the ref's env answers", { ...sent(210, 220, 'r'), headers }, undefined],
    ["the user's env answers", { ...sent(210, 220, 'a'), headers }, 'missed'],
    ['the base answers', { ...sent(210, 220, 'shared'), headers }, 'missed'],
    ["the user's env answers before the ref's", { ...sent(110, 120, 'a'), headers }, undefined],
    ["the ref's env answers too early", { ...sent(110, 120, 'r'), headers }, 'leaked'],
    ['one of both while one is not Ready', { ...sent(310, 320, 'r'), headers }, undefined],
    ['the other while one is not Ready', { ...sent(310, 320, 'a'), headers }, undefined],
    ['the base while one is not Ready', { ...sent(310, 320, 'shared'), headers }, 'missed'],
    ['an env with a ref and a user takes the user', sent(210, 220, 'shared', 'bob'), 'missed'],
    [
      'a longer ref selects nothing',
      { ...sent(210, 220, 'r'), headers: { 'x-source-route': 'mp-12' } },
      'leaked',
    ],
    [
      'a pair decides before the ref for all',
      {
        ...sent(210, 220, 'r'),
        headers: { ...headers, 'x-service-route': 'backend:mp-2' },
      },
      'leaked',
    ],
    [
      'baggage selects the ref',
      { ...sent(210, 220, 'shared'), headers: { baggage: 'x-service-route=backend%3Amp-1' } },
      'missed',
    ],
  ])('%s', (_, request, wrong) => {
    expect(judge(request, both)).toBe(wrong);
  });
});
