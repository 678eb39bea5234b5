import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findBinaries } from '../control-plane/binaries.ts';

const { env } = process;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dynamicenv-e2e-cache-'));
  process.env = { ...env, XDG_CACHE_HOME: folder };
});

afterEach(async () => {
  process.env = env;
  await rm(folder, { recursive: true });
});

const silent = () => undefined;

test('without Go and without the programs, the error says what to install or set', async () => {
  process.env['PATH'] = folder;
  await expect(findBinaries(silent)).rejects.toThrow(/install Go .* or set KUBEBUILDER_ASSETS/);
});

test('the error names a KUBEBUILDER_ASSETS folder that does not exist', async () => {
  process.env['KUBEBUILDER_ASSETS'] = join(folder, 'absent');
  await expect(findBinaries(silent)).rejects.toThrow(
    `names ${folder}/absent, which does not exist`,
  );
});

test('the programs that KUBEBUILDER_ASSETS lacks are printed before they are built', async () => {
  process.env['KUBEBUILDER_ASSETS'] = folder;
  process.env['PATH'] = folder;
  const said: string[] = [];
  await expect(findBinaries((line) => said.push(line))).rejects.toThrow('install Go');
  expect(said[0]).toMatch(/^not in KUBEBUILDER_ASSETS: etcd, .*kube-controller-manager/);
});
