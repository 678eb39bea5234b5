import { describe, expect, test } from '@jest/globals';
import { listSubscribers } from '../../src/cluster/list.ts';
import { pageOf, subscriber } from '../lib/objects.ts';

const [a, b, c] = ['a', 'b', 'c'].map((name) => subscriber(name));
const ok = (text: string) => ({ status: 200, text });
const EXPIRED = { status: 410, text: '{}' };

/** Lists from an API server that answers this, one after the other, a second each. */
async function list(...answers: { status: number; text: string }[]) {
  const asked: string[] = [];
  let now = 0;
  const api = {
    get: async (path: string) => {
      asked.push(path.split('?')[1] ?? '');
      now += 1_000;
      return answers.shift() ?? { status: 500, text: 'no more answers' };
    },
    watch: async () => 200,
  };
  const clock = { mark: () => now };
  const listed = await listSubscribers({ api, clock }, new AbortController().signal);
  return { ...listed, asked };
}

test('pages of one state are one list, whose age counts from before the first request', async () => {
  expect(await list(ok(pageOf([a], '7', 'x')), ok(pageOf([b], '7')))).toEqual({
    items: [a, b],
    startedAt: 0,
    resourceVersion: '7',
    asked: ['limit=500', 'limit=500&continue=x'],
  });
});

describe('everything is listed anew, and the age counts from there', () => {
  test.each([
    ['when a page has expired', EXPIRED],
    ['when a page is of another state', ok(pageOf([c], '8'))],
  ])('%s', async (_name, second) => {
    expect(await list(ok(pageOf([a], '7', 'x')), second, ok(pageOf([b], '8')))).toEqual({
      items: [b],
      startedAt: 2_000,
      resourceVersion: '8',
      asked: ['limit=500', 'limit=500&continue=x', 'limit=500'],
    });
  });
});

test.each([
  [
    'lists that always expire',
    Array(9)
      .fill([ok(pageOf([a], '7', 'x')), EXPIRED])
      .flat(),
    /410/,
  ],
  ['an expired first page', [EXPIRED], /answered 410/],
  ['a list without end', Array(300).fill(ok(pageOf([a], '7', 'x'))), /more than 200 pages/],
  ['an error on the second page', [ok(pageOf([a], '7', 'x'))], /answered 500 .*no more answers/],
  [
    'a token that is no text',
    [ok('{"items":[],"metadata":{"resourceVersion":"1","continue":7}}')],
    /something else/,
  ],
])('%s: there is no list, and the error says why', async (_name, answers, words) => {
  await expect(list(...answers)).rejects.toThrow(words);
});
