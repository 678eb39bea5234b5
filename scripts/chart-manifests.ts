// Writes the second definition of VirtualServiceMerge, copies crds/ into the chart, and renders the chart into metacontroller/. Needs Helm 4, on PATH or as the path in
// HELM.
import { spawnSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BY_HAND, crdCopy, manifestsFrom, TEMPLATE_ARGS } from './lib/manifests.ts';
import { MERGE_CRD, otherMergeCrds } from './lib/merge-crd.ts';

const ROOT = new URL('../', import.meta.url);
const CRDS = new URL('crds/', ROOT);
const COPIES = new URL('charts/dynamicenv/files/crds/', ROOT);
const MANIFESTS = new URL('metacontroller/', ROOT);

async function yamlFiles(folder: URL): Promise<string[]> {
  return (await readdir(folder)).filter((file) => file.endsWith('.yaml'));
}

/** Replaces a folder's YAML files with these. Other files are deleted, except those in `keep`. */
async function replace(folder: URL, files: Map<string, string>, keep: readonly string[] = []) {
  for (const file of await yamlFiles(folder)) {
    if (!files.has(file) && !keep.includes(file)) await rm(new URL(file, folder));
  }
  for (const [file, text] of files) await writeFile(new URL(file, folder), text);
}

for (const [file, text] of otherMergeCrds(await readFile(new URL(MERGE_CRD, CRDS), 'utf8')))
  await writeFile(new URL(file, CRDS), text);
const crds = (await yamlFiles(CRDS)).map(
  async (file) => [file, crdCopy(await readFile(new URL(file, CRDS), 'utf8'))] as const,
);
await replace(COPIES, new Map(await Promise.all(crds)));

const chart = fileURLToPath(new URL('charts/dynamicenv', ROOT));
const helm = process.env['HELM'] ?? 'helm';
const { error, status, stdout } = spawnSync(helm, [...TEMPLATE_ARGS, chart], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
if (error !== undefined) {
  throw new Error(`${helm}: ${error.message}; install Helm 4, or set HELM to its path`);
}
if (status !== 0) process.exit(1);
await replace(MANIFESTS, manifestsFrom(stdout), BY_HAND);
