import { expect, test } from '@jest/globals';
import type { Wrong } from '../../mesh/load/lib/judge.ts';
import { judgeLevel, type Levels } from '../../mesh/load/lib/levels-judge.ts';
import type { Sent } from '../../mesh/load/lib/request.ts';

/** `shared.p1` lives from 100 to 500 and is routed from 200 to 400; its child lives from 250 on and is routed from 300 on. */
const LEVELS: Levels = {
  environment: [{ from: 150, to: 900 }],
  lives: [
    { version: 'shared.p1', from: 100, to: 500, ready: [{ from: 200, to: 400 }] },
    { version: 'shared.p1.u1', from: 250, to: 1000, ready: [{ from: 300, to: 1000 }] },
  ],
  doors: [undefined, 'shared.p1'],
};

function sent(at: number, version: string | undefined, user?: string, door = 0): Sent {
  const headers: Record<string, string> = user === undefined ? {} : { user };
  const intent = { door, protocol: 'http1', isFresh: false, path: '/', headers } as const;
  const answer = version === undefined ? {} : { version, pod: `${version}-1` };
  return { ...intent, ...answer, status: 200, start: at, end: at + 10 };
}

test.each<[string, Sent, Wrong | undefined]>([
  ['the regular version answers without the header', sent(220, 'shared'), undefined],
  ['a version answers without the header', sent(220, 'shared.p1'), 'leaked'],
  ['a version answers its own requests', sent(220, 'shared.p1', 'shared.p1'), undefined],
  ['its ancestor answers them', sent(220, 'shared', 'shared.p1'), 'missed'],
  ['its ancestor answers before it is routed', sent(180, 'shared', 'shared.p1'), undefined],
  ['its ancestor answers when it leaves', sent(395, 'shared', 'shared.p1'), undefined],
  ['a version answers when it leaves', sent(450, 'shared.p1', 'shared.p1'), undefined],
  ['a version answers after its life', sent(520, 'shared.p1', 'shared.p1'), 'leaked'],
  ['a deeper value', sent(220, 'shared.p1', 'shared.p1.u9.x'), undefined],
  ['a deeper value at the default', sent(220, 'shared', 'shared.p1.u9.x'), 'missed'],
  ['a value that only begins like it', sent(220, 'shared.p1', 'shared.p10'), 'leaked'],
  ['the child is routed, and its parent answers', sent(320, 'shared.p1', 'shared.p1.u1'), 'missed'],
  ['the child answers its parent’s requests', sent(320, 'shared.p1.u1', 'shared.p1'), 'leaked'],
  ['the parent is gone: the child answers', sent(600, 'shared.p1.u1', 'shared.p1.u1.x'), undefined],
  ['the proxy’s own version', sent(220, 'shared.p1', undefined, 1), undefined],
  ['the proxy’s own version is missed', sent(220, 'shared', undefined, 1), 'missed'],
  ['the header comes before the proxy’s version', sent(220, 'shared', 'x', 1), undefined],
  ['before the VirtualEnvironment any pod answers', sent(120, 'shared.p1'), undefined],
  ['after it, too', sent(895, 'shared.p1.u1'), undefined],
  ['no answer', { ...sent(120, undefined), status: 0 }, 'unanswered'],
  ['503 without a VirtualEnvironment', { ...sent(120, undefined), status: 503 }, '5xx'],
  ['404', { ...sent(220, undefined), status: 404 }, 'strange'],
])('%s', (_, request, wrong) => {
  expect(judgeLevel(request, LEVELS)).toBe(wrong);
});
