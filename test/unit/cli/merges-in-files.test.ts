import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { MERGE_GROUPS } from '../../../src/api/virtualservicemerge.ts';
import { loadManifests } from '../../../src/cli/common/manifests.ts';

// Each case reads all definitions.
jest.setTimeout(30_000);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merges-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(group: string, spec: object) {
  const file = join(folder, 'merge.yaml');
  const apiVersion = `${group}/v1alpha1`;
  const metadata = { name: 'm' };
  await writeFile(
    file,
    JSON.stringify({ apiVersion, kind: 'VirtualServiceMerge', metadata, spec }),
  );
  return loadManifests([file], {});
}

test.each(MERGE_GROUPS)('a merge of %s is read as the API server reads it', async (group) => {
  const patch = { hosts: ['a'], later: {}, http: [{ name: 'x', newerField: 1 }] };
  const [manifest] = await load(group, { target: {}, patch });
  expect(manifest?.object).toMatchObject({
    metadata: { name: 'm', namespace: 'default' },
    spec: { target: {}, patch },
  });
  await expect(load(group, { target: {} })).rejects.toThrow('spec.patch');
  await expect(load(group, { target: { name: 3 }, patch })).rejects.toThrow('spec.target.name');
  await expect(load(group, { target: { host: 'a' }, patch })).rejects.toThrow('spec.target.host');
  await expect(load(group, { target: {}, patch: { tcp: ['a'] } })).rejects.toThrow(
    'spec.patch.tcp[0]',
  );
});

test('a merge of another group is not known', async () => {
  await expect(load('monime.sl', { target: {}, patch: {} })).rejects.toThrow('no matches for kind');
});
