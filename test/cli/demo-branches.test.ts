import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { readStory } from '../../src/cli/demo/options.ts';
import * as lifeTime from '../../src/kinds/dynamicenv/lifecycle/life-time.ts';
import * as entries from '../../src/refs/entries.ts';
import { recorder } from './lib/in-process.ts';
import { runProgram } from './lib/program.ts';

jest.setTimeout(120_000);
const FILES = {
  entries: '../../src/refs/entries.ts',
  lifeTime: '../../src/kinds/dynamicenv/lifecycle/life-time.ts',
};

afterEach(() => {
  jest.resetModules();
  for (const file of Object.values(FILES)) jest.unstable_unmockModule(file);
});

test('demo branches: every statement is true', async () => {
  const { code, stdout, stderr } = await runProgram(['demo', 'branches']);
  const lines = stdout.trimEnd().split('\n');
  expect([code, stderr, lines.at(-1)]).toEqual([
    0,
    '',
    '0 differences from the start, but for the promoted version',
  ]);
  expect(lines.filter((line) => line.includes(' → payment '))).toHaveLength(20);
  expect(lines.length).toBeLessThan(50);
});

async function told(): Promise<{ code: number; last: string | undefined }> {
  const { branches } = await import('../../src/cli/demo/branches.ts');
  const output = recorder();
  const code = await branches(output);
  return { code, last: output.text().trimEnd().split('\n').at(-1) };
}

describe('demo branches notices errors in the code', () => {
  type HeaderEntries = ReturnType<typeof entries.refEntries>;
  /** The module with other entries for the headers. */
  const withHeaders = (
    change: (own: HeaderEntries, target: Parameters<typeof entries.refEntries>[0]) => HeaderEntries,
  ) => ({
    ...entries,
    entriesByCarrier: (...given: Parameters<typeof entries.entriesByCarrier>) =>
      entries
        .entriesByCarrier(...given)
        .map((one) =>
          one.carrier === 'header' ? { ...one, entries: change(one.entries, given[0]) } : one,
        ),
  });

  test('a ref is found in longer refs', async () => {
    jest.unstable_mockModule(FILES.entries, () =>
      withHeaders((own, { service, ref }) => {
        const anywhere = { 'X-Service-Route': { regex: `(?:.*::)?${service}:${ref}.*` } };
        return [{ headers: anywhere }, ...own];
      }),
    );
    expect(await told()).toEqual({
      code: 1,
      last: 'not true: x-service-route: payment-service:mp-1012: payment-service 1.4.0 answers, not mp-101',
    });
  });

  test('x-source-route is not read', async () => {
    jest.unstable_mockModule(FILES.entries, () => withHeaders((own) => own.slice(0, 1)));
    expect(await told()).toEqual({
      code: 1,
      last: 'not true: x-source-route: mp-101: payment-service mp-101 answers, not 1.4.0',
    });
  });

  test('nothing expires', async () => {
    jest.unstable_mockModule(FILES.lifeTime, () => ({
      ...lifeTime,
      lifeTime: (...given: Parameters<typeof lifeTime.lifeTime>) => {
        const { expiresAt } = lifeTime.lifeTime(...given);
        return expiresAt === undefined ? {} : { expiresAt };
      },
    }));
    expect(await told()).toEqual({ code: 1, last: 'not true: payment-service-mp-101 is expired' });
  });
});

describe('the argument', () => {
  test.each([
    [[], 'env'],
    [['branches'], 'branches'],
  ])('%j', (args, story) => {
    expect(readStory(args)).toBe(story);
  });

  test.each([
    [
      ['shop'],
      'there is no demo "shop": write branches, environments, merge, messages, virtual-environment or nothing; see --help',
    ],
    [
      ['branches', 'env'],
      'there is no demo "branches env": write branches, environments, merge, messages, virtual-environment or nothing; see --help',
    ],
    [['--fast'], "Unknown option '--fast'; see --help"],
  ])('%j is refused', (args, message) => {
    expect(() => readStory(args)).toThrow(message);
  });
});
