import { describe, expect, test } from '@jest/globals';
import { judge } from '../../mesh/load/lib/judge.ts';
import type { Sent } from '../../mesh/load/lib/request.ts';
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
    ['the base, nobody', sent(210, 220, 'shared'), undefined],
    ['the base, somebody else', sent(210, 220, 'shared', 'bob'), undefined],
    ['the env, nobody', sent(210, 220, 'a'), 'leaked'],
    ['the env, somebody else', sent(210, 220, 'a', 'bob'), 'leaked'],
    ['the env, within', sent(210, 220, 'a', 'alice'), undefined],
    ['the base, within', sent(210, 220, 'shared', 'alice'), 'missed'],
    ['the base, within the second time', sent(400, 450, 'shared', 'alice'), 'missed'],
    ['the base, before', sent(150, 160, 'shared', 'alice'), undefined],
    ['the base, begun before', sent(199, 220, 'shared', 'alice'), undefined],
    ['the base, ended after', sent(290, 301, 'shared', 'alice'), undefined],
    ['the env, before it is Ready', sent(150, 160, 'a', 'alice'), undefined],
    ['the env, before it is wanted', sent(90, 99, 'a', 'alice'), 'leaked'],
    ['the env, after it is gone', sent(501, 502, 'a', 'alice'), 'leaked'],
    ['another env', sent(150, 160, 'b', 'alice'), 'leaked'],
    ['no pod', sent(150, 160, undefined, 'alice'), 'strange'],
    ['no answer', { ...sent(150, 160, undefined), status: 0 }, 'unanswered'],
    ['503', { ...sent(150, 160, undefined), status: 503 }, '5xx'],
    ['404', { ...sent(150, 160, undefined), status: 404 }, 'strange'],
  ])('%s', (_, request, wrong) => {
    expect(judge(request, [epoch])).toBe(wrong);
  });
});
