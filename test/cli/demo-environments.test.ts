import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { readStory } from '../../src/cli/demo/options.ts';
import * as moving from '../../src/kinds/dynamicenv/configuration/moving.ts';
import * as layered from '../../src/overlay/layered.ts';
import { recorder } from './lib/in-process.ts';
import { runProgram } from './lib/program.ts';

jest.setTimeout(240_000);

const FILES = {
  moving: '../../src/kinds/dynamicenv/configuration/moving.ts',
  layered: '../../src/overlay/layered.ts',
};

afterEach(() => {
  jest.resetModules();
  for (const file of Object.values(FILES)) jest.unstable_unmockModule(file);
});

test('demo environments: every statement is true', async () => {
  const { code, stdout, stderr } = await runProgram(['demo', 'environments']);
  const lines = stdout.trimEnd().split('\n');
  expect([code, stderr, lines.at(-1)]).toEqual([0, '', '0 differences from the start']);
  expect(lines.filter((line) => line.includes(' → storefront '))).toHaveLength(17);
  expect(lines.length).toBeLessThan(50);
});

test('the argument', () => {
  expect(readStory(['environments'])).toBe('environments');
});

describe('demo environments notices errors in the code', () => {
  async function told(): Promise<{ code: number; last: string | undefined }> {
    const { environments } = await import('../../src/cli/demo/environments.ts');
    const output = recorder();
    const code = await environments(output);
    return { code, last: output.text().trimEnd().split('\n').at(-1) };
  }

  test.each<[string, keyof typeof FILES, object, RegExp]>([
    [
      'the other clones do not wait for newcomers',
      'moving',
      { ...moving, withHeldClones: (plans: readonly unknown[]) => [...plans] },
      /^not true: user: polina: storefront flag on, orders polina with qa-db.*, not .*uat-db/,
    ],
    [
      'the layers count in the wrong order',
      'layered',
      {
        layered: (layers: Parameters<typeof layered.layered>[0]) =>
          layered.layered([...layers].reverse()),
      },
      /^not true: /,
    ],
  ])('%s', async (_, file, broken, last) => {
    jest.unstable_mockModule(FILES[file], () => broken);
    expect(await told()).toEqual({ code: 1, last: expect.stringMatching(last) });
  });
});
