import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { readStory } from '../../src/cli/demo/options.ts';
import * as lists from '../../src/virtualservice/merges/merged-lists.ts';
import * as refusals from '../../src/virtualservice/merges/refusals.ts';
import * as patch from '../../src/virtualservice/routes/patch.ts';
import { recorder } from './lib/in-process.ts';
import { runProgram } from './lib/program.ts';

jest.setTimeout(120_000);
const FILES = {
  lists: '../../src/virtualservice/merges/merged-lists.ts',
  refusals: '../../src/virtualservice/merges/refusals.ts',
  patch: '../../src/virtualservice/routes/patch.ts',
};

afterEach(() => {
  jest.resetModules();
  for (const file of Object.values(FILES)) jest.unstable_unmockModule(file);
});

test('demo merge: every statement is true', async () => {
  const { code, stdout, stderr } = await runProgram(['demo', 'merge']);
  const lines = stdout.trimEnd().split('\n');
  expect([code, stderr, lines.at(-1)]).toEqual([
    0,
    '',
    '0 differences from the start, but for the upgraded version',
  ]);
  expect(lines.filter((line) => line.includes(' → payment '))).toHaveLength(21);
  expect(lines.length).toBeLessThan(50);
});

test('the argument', () => {
  expect(readStory(['merge'])).toBe('merge');
});

describe('demo merge notices errors in the code', () => {
  async function told(): Promise<{ code: number; last: string | undefined }> {
    const { merge } = await import('../../src/cli/demo/merge.ts');
    const output = recorder();
    const code = await merge(output);
    return { code, last: output.text().trimEnd().split('\n').at(-1) };
  }

  test.each<[string, keyof typeof FILES, object, string]>([
    [
      'merged routes come after the own ones',
      'lists',
      {
        ...lists,
        withMerged: (...given: Parameters<typeof lists.withMerged>) => {
          const { http, ...others } = lists.withMerged(...given);
          return { ...others, http: [...http].reverse() };
        },
      },
      'not true: x-service-route: payment-service:mp-101: payment-service mp-101 answers, not 1.4.0',
    ],
    [
      'a merge with a mistake is accepted',
      'refusals',
      { ...refusals, mergeRefusal: () => undefined },
      'not true: payment-service-mp-101 is refused within 120 s',
    ],
    [
      'routes are never taken out',
      'patch',
      {
        ...patch,
        patchRoutes: (...given: Parameters<typeof patch.patchRoutes>) =>
          patch.patchRoutes(...given).filter(({ op }) => op !== 'remove'),
      },
      'not true: payment-service-mp-101 is merged within 120 s',
    ],
  ])('%s', async (_, file, broken, last) => {
    jest.unstable_mockModule(FILES[file], () => broken);
    expect(await told()).toEqual({ code: 1, last });
  });
});
