import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, jest, test } from '@jest/globals';
import type { KubeObject } from '../../src/k8s/object.ts';
import { previewed, refusal } from './lib/in-process.ts';
import {
  files,
  MISTAKE,
  MP101,
  MP1012,
  NO_TARGET,
  OTHER_GROUP,
  SHOP_MERGE,
  STABLE,
} from './lib/merges.ts';
import { runProgram } from './lib/program.ts';

jest.setTimeout(60_000);

const SHOP = fileURLToPath(new URL('../../examples/shop', import.meta.url));

const added = (text: string) =>
  text.split('\n').filter((line) => /^\+(?!\+\+)/.test(line) && line.includes('name: virtual-'));
const removed = (text: string) => text.split('\n').filter((line) => /^-(?!--)/.test(line));
const statusOf = (text: string) => text.slice(text.indexOf('Status\n'));

function changed(from: string, change: (text: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), 'preview-merges-'));
  const to = join(folder, 'merge.yaml');
  writeFileSync(to, change(readFileSync(from, 'utf8')));
  return to;
}

describe('files with merges and no DynamicEnv', () => {
  test('through the program: what the VirtualService gets, and the state', async () => {
    const args = ['preview', ...files(STABLE, MP101, MP1012)];
    const { code, stdout, stderr } = await runProgram(args);
    expect([code, stderr, removed(stdout)]).toEqual([0, '', []]);
    const hashless = stdout.replaceAll(/-[0-9a-f]{10}\b/g, '-#');
    expect(hashless).toMatch(/^Changed: VirtualService services\/payment-service\n--- /);
    expect(added(hashless)).toEqual([
      '+      name: virtual-service-merge-services_payment-service-mp-1012_payment-service-mp-1012-#',
      '+      name: virtual-service-merge-services_payment-service-mp-101_payment-service-mp-101-#',
    ]);
    expect(statusOf(stdout)).toBe(`Status
  VirtualServiceMerge services/payment-service-mp-101 is merged: 1 http route is in VirtualService services/payment-service
  VirtualServiceMerge services/payment-service-mp-1012 is merged: 1 http route is in VirtualService services/payment-service
`);
  });

  test('a merge with a mistake: its conditions, exit code 1, and the others are merged', async () => {
    const { code, text } = await previewed(...files(STABLE, MP101, MISTAKE));
    expect(code).toBe(1);
    expect(added(text)).toHaveLength(1);
    const lines = statusOf(text).split('\n');
    expect(lines[1]).toBe(
      '  VirtualServiceMerge services/mistake is not merged into VirtualService services/payment-service: NotAccepted',
    );
    expect(lines[2]).toMatch(
      /^ {4}Accepted {4}False {3}Invalid: spec\.patch\.http\[0\]\.route\[0\]\.weigth: /,
    );
    expect(lines.slice(3, 4)).toEqual([
      '    TargetFound True    Found: VirtualService services/payment-service exists',
    ]);
    expect(lines[6]).toMatch(/VirtualServiceMerge services\/payment-service-mp-101 is merged: /);
  });

  test('a target that does not exist: exit code 1', async () => {
    const { code, text } = await previewed(...files(NO_TARGET));
    expect(code).toBe(1);
    expect(text).toMatch(/^Status\n {2}VirtualServiceMerge services\/early is not merged into/);
    expect(text).toMatch(/TargetFound False {3}NotFound: VirtualService services\/not-there /);
  });

  test('two merges of one name in both API groups: each has its state; warnings; nothing is left', async () => {
    const { code, text } = await previewed(...files(STABLE, MP101, OTHER_GROUP), '--delete');
    expect(code).toBe(0);
    expect(added(text)).toHaveLength(2);
    expect(text).toContain(
      '\n  VirtualServiceMerge.istiomerge.monime.sl services/payment-service-mp-101 is merged: ',
    );
    const name = '  VirtualServiceMerge.istiomerge.monime.sl services/payment-service-mp-101';
    expect(text).toContain(`\nWarnings\n${name}: conflicted: http route http[0] has no match`);
    expect(text).toContain(`\n${name}: the merge is valid, but only http, tcp and tls are merged`);
    expect(text).toContain('\nDeleted again: 0 differences from the start\n');
  });

  test('-o json: the VirtualService, and the merges with status', async () => {
    const { code, text } = await previewed(...files(STABLE, MP101), '-o', 'json');
    const { items } = JSON.parse(text) as { items: (KubeObject & { status?: object })[] };
    expect([code, items.map(({ kind, metadata }) => [kind, metadata.namespace])]).toEqual([
      0,
      [
        ['VirtualService', 'services'],
        ['VirtualServiceMerge', 'services'],
      ],
    ]);
    expect(items[1]?.status).toMatchObject({
      conditions: expect.arrayContaining([
        expect.objectContaining({ type: 'Merged', status: 'True' }),
      ]),
    });
  });
});

describe('with DynamicEnvs', () => {
  test('both are shown; a copy of a merged route leads to the clone', async () => {
    const { code, text } = await previewed(...files(SHOP, SHOP_MERGE), '--delete');
    expect(code).toBe(0);
    expect(text).toContain('  DynamicEnv test-user is ready: 1 of 1');
    expect(text).toContain('  VirtualServiceMerge shop/exports is merged: 1 http route is in');
    expect(text.match(/^\+.*subset: backend-test-user$/gm)).toHaveLength(3);
    expect(text).toContain('Deleted again: 0 differences');
  });

  test('exit code 1 if the env is ready and a merge is not merged', async () => {
    const { code, text } = await previewed(...files(SHOP, NO_TARGET));
    expect([code, text.includes('DynamicEnv test-user is ready')]).toEqual([1, true]);
  });
});

describe('what an API server would refuse is refused with its place', () => {
  test.each<[string, string, (text: string) => string, RegExp]>([
    [
      'an unknown field',
      MISTAKE,
      (text) => text.replace('    name: payment-service', '    nmae: payment-service'),
      /merge\.yaml, document 1, line 8: spec\.target\.nmae: /,
    ],
    [
      'the same in the other group',
      OTHER_GROUP,
      (text) => text.replace('    name: payment-service', '    nmae: payment-service'),
      /merge\.yaml, document 1, line 8: spec\.target\.nmae: /,
    ],
    [
      'a wrong type',
      MISTAKE,
      (text) => text.replace('    name: payment-service', '    name: 7'),
      /line 8: spec\.target\.name: .*string/,
    ],
    [
      'a group that is none',
      MISTAKE,
      (text) => text.replace('istiomerger', 'istiomergers'),
      /line 2: kind: no matches for kind "VirtualServiceMerge" in version "istiomergers/,
    ],
    ['no spec', MISTAKE, (text) => text.slice(0, text.indexOf('spec:')), /spec: /],
  ])('%s', async (_, from, change, message) => {
    expect(await refusal(...files(STABLE, changed(from, change)))).toMatch(message);
  });
});
