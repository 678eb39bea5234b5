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
  openScene,
  ready,
  rewrite,
  type Theatre,
} from './scene.ts';
import { type LazyTheatre, oneByOne } from './suite.ts';

const CRDS = new URL('../../../../../crds/', import.meta.url);
const MANAGER = ['--server-side', '--force-conflicts'];

/** What happens to the cluster as a whole. */
export function clusterFaults(theatre: LazyTheatre): void {
  oneByOne('the API server is killed and comes back', async () => restarted(await theatre.get()));
  oneByOne('the CustomResourceDefinitions are updated', async () => updated(await theatre.get()));
}

async function restarted(theatre: Theatre): Promise<void> {
  const open = (name: string) => openScene(theatre, name);
  const [serving, coming, leaving] = [await open('up'), await open('soon'), await open('off')];
  for (const scene of [serving, leaving]) await createEnv(scene);
  for (const scene of [serving, leaving]) await ready(scene);
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
  for (const scene of [serving, coming]) await deleteEnv(scene);
  for (const scene of [serving, coming, leaving]) await close(scene);
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
  const scene = await openScene(theatre, 'defined');
  await createEnv(scene);
  await ready(scene);
  const since = new Date();
  for (const isLater of [true, false]) {
    const input = { apiVersion: 'v1', kind: 'List', items: await definitions(isLater) };
    await cluster.kubectl(['apply', ...MANAGER, '-f', '-'], { input });
    await sleep(3000);
    // Nothing is written because of that.
    const { env: namespace } = scene;
    expect(await metacontrollerWrites(cluster, { namespace, since })).toBe(0);
    expect(await metacontrollerWrites(cluster, { resource: 'routeinjections', since })).toBe(0);
  }
  await createEnv(scene, 'backend:3');
  await heal(scene, 'definitions updated, then the env', ready(scene, 'backend:3'));
  await deleteEnv(scene);
  await close(scene);
}
