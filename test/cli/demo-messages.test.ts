import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { readStory } from '../../src/cli/demo/options.ts';
import * as optIn from '../../src/kinds/dynamicenv/events/opt-in.ts';
import * as decide from '../../src/trace/message/decide.ts';
import { recorder } from './lib/in-process.ts';
import { runProgram } from './lib/program.ts';

jest.setTimeout(240_000);

const FILES = {
  optIn: '../../src/kinds/dynamicenv/events/opt-in.ts',
  decide: '../../src/trace/message/decide.ts',
};

afterEach(() => {
  jest.resetModules();
  for (const file of Object.values(FILES)) jest.unstable_unmockModule(file);
});

test('demo messages: every statement is true', async () => {
  const { code, stdout, stderr } = await runProgram(['demo', 'messages']);
  const lines = stdout.trimEnd().split('\n');
  expect([code, stderr, lines.at(-1)]).toEqual([
    0,
    '',
    '0 differences from the start, but for the opt-in',
  ]);
  expect(lines.filter((line) => line.includes(' message with '))).toHaveLength(20);
  expect(lines.length).toBeLessThan(60);
});

test('the argument', () => {
  expect(readStory(['messages'])).toBe('messages');
});

describe('demo messages notices errors in the code', () => {
  async function told(): Promise<{ code: number; last: string | undefined }> {
    const { messages } = await import('../../src/cli/demo/messages.ts');
    const output = recorder();
    const code = await messages(output);
    return { code, last: output.text().trimEnd().split('\n').at(-1) };
  }

  test.each<[string, keyof typeof FILES, object, RegExp]>([
    [
      'a base that has not opted in is cloned',
      'optIn',
      { ...optIn, notOptedIn: () => undefined },
      /^not true: /,
    ],
    [
      'the base skips what nobody handles',
      'decide',
      { ...decide, decideForStable: () => ({ action: 'skip', why: '' }) },
      /^not true: a message with x-source-route: mp-101 is handled by order-service, not by no version$/,
    ],
  ])('%s', async (_, file, broken, last) => {
    jest.unstable_mockModule(FILES[file], () => broken);
    expect(await told()).toEqual({ code: 1, last: expect.stringMatching(last) });
  });
});
