import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { parseYaml } from '../../../../../src/k8s/yaml.ts';
import { metacontrollerWrites } from './count.ts';
import {
  close,
  createEnv,
  deleteEnv,
  gone,
  heal,
  openStage,
  ready,
  rewrite,
  type Theatre,
} from './stage.ts';
import { type LazyTheatre, oneByOne } from './suite.ts';

const CRDS = new URL('../../../../../crds/', import.meta.url);
const MANAGER = ['--server-side', '--force-conflicts'];

/** What happens to the cluster as a whole. */
export function clusterFaults(theatre: LazyTheatre): void {
  oneByOne('the API server is killed and comes back', async () => restarted(await theatre.get()));
  oneByOne('the CustomResourceDefinitions are updated', async () => updated(await theatre.get()));
}

async function restarted(theatre: Theatre): Promise<void> {
  const open = (name: string) => openStage(theatre, name);
  const [serving, coming, leaving] = [await open('up'), await open('soon'), await open('off')];
  for (const stage of [serving, leaving]) await createEnv(stage);
  for (const stage of [serving, leaving]) await ready(stage);
  await deleteEnv(leaving);
  await createEnv(coming);
  await theatre.cluster.restartApiServer();
  await Promise.all([
    heal(serving, 'API server restarted, env serving', ready(serving)),
    heal(coming, 'API server restarted, env created', ready(coming)),
    heal(leaving, 'API server restarted, env leaving', gone(leaving)),
  ]);
  await rewrite(serving);
  await ready(serving);
  for (const stage of [serving, coming]) await deleteEnv(stage);
  for (const stage of [serving, coming, leaving]) await close(stage);
}

interface Schema {
  description?: string;
  properties: Record<string, Schema>;
}

interface Definition {
  spec: { versions: { schema: { openAPIV3Schema: Schema } }[] };
}

/** As a later version might have it: words, and a field that nobody must give. */
async function definitions(isLater: boolean): Promise<object[]> {
  const files = (await readdir(CRDS)).filter((file) => file.endsWith('.yaml'));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, CRDS), 'utf8')));
  const objects = texts.flatMap((text) => parseYaml(text).map(({ value }) => value as Definition));
  if (!isLater) return objects;
  for (const { spec } of objects) {
    for (const { schema } of spec.versions) {
      const { properties } = schema.openAPIV3Schema;
      schema.openAPIV3Schema.description = 'in other words';
      Object.assign(properties['spec']?.properties ?? {}, { note: { type: 'string' } });
    }
  }
  return objects;
}

async function updated(theatre: Theatre): Promise<void> {
  const { cluster } = theatre;
  const stage = await openStage(theatre, 'defined');
  await createEnv(stage);
  await ready(stage);
  const since = new Date();
  for (const isLater of [true, false]) {
    const input = { apiVersion: 'v1', kind: 'List', items: await definitions(isLater) };
    await cluster.kubectl(['apply', ...MANAGER, '-f', '-'], { input });
    await sleep(3000);
    // Nothing is written because of that.
    const { env: namespace } = stage;
    expect(await metacontrollerWrites(cluster, { namespace, since })).toBe(0);
    expect(await metacontrollerWrites(cluster, { resource: 'routeinjections', since })).toBe(0);
  }
  await createEnv(stage, 'backend:3');
  await heal(stage, 'definitions updated, then the env', ready(stage, 'backend:3'));
  await deleteEnv(stage);
  await close(stage);
}
