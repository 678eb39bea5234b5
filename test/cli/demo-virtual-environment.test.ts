import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { readStory } from '../../src/cli/demo/options.ts';
import * as levels from '../../src/kinds/virtual-environment/levels.ts';
import * as services from '../../src/kinds/virtual-environment/service-versions.ts';
import * as labels from '../../src/kinds/virtual-environment/subset-labels.ts';
import { recorder } from './lib/in-process.ts';
import { runProgram } from './lib/program.ts';

jest.setTimeout(120_000);
const KIND = '../../src/kinds/virtual-environment';
const FILES = {
  levels: `${KIND}/levels.ts`,
  services: `${KIND}/service-versions.ts`,
  labels: `${KIND}/subset-labels.ts`,
};

afterEach(() => {
  jest.resetModules();
  for (const file of Object.values(FILES)) jest.unstable_unmockModule(file);
});

test('demo virtual-environment: every statement is true', async () => {
  const { code, stdout, stderr } = await runProgram(['demo', 'virtual-environment']);
  const lines = stdout.trimEnd().split('\n');
  expect([code, stderr, lines.at(-1)]).toEqual([0, '', '0 differences from the start']);
  expect(lines.filter((line) => line.includes(' → storefront '))).toHaveLength(17);
  expect(lines.length).toBeLessThan(60);
});

test('the argument', () => {
  expect(readStory(['virtual-environment'])).toBe('virtual-environment');
});

describe('demo virtual-environment notices errors in the code', () => {
  async function told(): Promise<{ code: number; last: string | undefined }> {
    const { virtualEnvironment } = await import('../../src/cli/demo/virtual-environment.ts');
    const output = recorder();
    const code = await virtualEnvironment(output);
    return { code, last: output.text().trimEnd().split('\n').at(-1) };
  }

  test.each<[string, keyof typeof FILES, object, string]>([
    [
      'the shortest version comes first',
      'levels',
      {
        ...levels,
        longestFirst: (a: string, b: string) => levels.longestFirst(b, a),
      },
      'not true: dev.proj1: dev.proj1, dev, dev.proj1 answer, not dev, dev, dev',
    ],
    [
      'announcements are not seen',
      'services',
      {
        serviceVersions: (...given: Parameters<typeof services.serviceVersions>) => {
          const found = services.serviceVersions(...given);
          const still = found.services.map((service) => ({
            ...service,
            versions: service.versions.map((version) => ({ ...version, isLeaving: false })),
          }));
          return { ...found, services: still };
        },
      },
      'not true: its routes leave within 120 s',
    ],
    [
      'clones count as pods of the version',
      'labels',
      {
        ...labels,
        subsetLabels: (...[version, , rules]: Parameters<typeof labels.subsetLabels>) => ({
          [rules.label]: version.value,
        }),
      },
      'not true: the DynamicEnv is ready within 120 s',
    ],
  ])('%s', async (_, file, broken, last) => {
    jest.unstable_mockModule(FILES[file], () => broken);
    expect(await told()).toEqual({ code: 1, last });
  });
});
