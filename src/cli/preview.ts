import type { CrdValidator } from '../api/crd-schema.ts';
import type { DynamicEnv } from '../api/dynamicenv.ts';
import { loadValidators } from '../crds.ts';
import { UsageError } from '../errors.ts';
import type { Cluster } from '../local/cluster.ts';
import { ApiError } from '../local/errors.ts';
import { compare, countOf } from './compare.ts';
import { loadManifests, type Manifest } from './manifests.ts';
import { readPreviewOptions } from './preview-options.ts';
import { show, showLeftovers } from './preview-report.ts';
import { rehearse } from './rehearsal.ts';
import { type Snapshot, snapshot } from './snapshot.ts';
import type { Output } from './terminal.ts';

/** What the DynamicEnvs among some files would do. 0: all become ready; 1: one does not, or there is none. */
export async function preview(args: readonly string[], output: Output): Promise<number> {
  const { files, format, withDelete, config } = readPreviewOptions(args, process.env);
  const { dynamicEnv } = await loadValidators();
  const manifests = await loadManifests(files, { DynamicEnv: dynamicEnv });
  const { cluster } = await rehearse(config, { strategy: 'server-side-apply' });
  const isEnv = ({ object }: Manifest) => object.kind === 'DynamicEnv';
  await createAll(
    cluster,
    manifests.filter((manifest) => !isEnv(manifest)),
  );
  await cluster.settle();
  const before = snapshot(cluster.all());
  await createAll(cluster, manifests.filter(isEnv).map(withDefaults(dynamicEnv)));
  const { quiet } = await cluster.settle();
  const envs = cluster.list<DynamicEnv>('DynamicEnv');
  const changes = compare(before, snapshot(cluster.all()));
  const events = cluster.events.map(({ object, message }) => `${object}: ${message}`);
  if (!quiet) events.push('things are still moving after ten minutes of the cluster');
  show(format, { changes, envs, events }, output);
  const isReady = envs.length > 0 && envs.every(({ status }) => status?.state === 'ready');
  if (!withDelete) return isReady ? 0 : 1;
  const words = format === 'text' ? output : { ...output, write: output.note };
  const isClean = await deletesCleanly(cluster, before, envs, words);
  return isReady && isClean ? 0 : 1;
}

function withDefaults(validator: CrdValidator) {
  return ({ object, place }: Manifest): Manifest => ({
    object: validator.withDefaults(object),
    place,
  });
}

async function createAll(cluster: Cluster, manifests: readonly Manifest[]): Promise<void> {
  for (const { object, place } of manifests) {
    try {
      await cluster.as('preview').create(object);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw new UsageError(`${place}: ${error.message}`);
    }
  }
}

/** Deletes the envs again; does everything look as before they came? */
async function deletesCleanly(
  cluster: Cluster,
  before: Snapshot,
  envs: readonly DynamicEnv[],
  output: Output,
): Promise<boolean> {
  for (const { metadata } of envs) {
    await cluster.as('preview').delete('DynamicEnv', undefined, metadata.name);
  }
  await cluster.settle();
  const left = compare(before, snapshot(cluster.all()));
  showLeftovers(left, output);
  return countOf(left) === 0;
}
