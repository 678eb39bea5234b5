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
  type ObservedSystem,
  openCase,
  ready,
  rewrite,
} from './fault-case.ts';
import { type LazyTheatre, oneByOne } from './suite.ts';

const CRDS = new URL('../../../../../crds/', import.meta.url);
const MANAGER = ['--server-side', '--force-conflicts'];

/** Faults of the whole cluster: they concern all envs. */
export function clusterFaults(observed: LazyTheatre): void {
  oneByOne('the API server is killed and comes back', async () => restarted(await observed.get()));
  oneByOne('the CustomResourceDefinitions are updated', async () => updated(await observed.get()));
}

async function restarted(observed: ObservedSystem): Promise<void> {
  const open = (name: string) => openCase(observed, name);
  const [serving, coming, leaving] = [await open('up'), await open('soon'), await open('off')];
  for (const faultCase of [serving, leaving]) await createEnv(faultCase);
  for (const faultCase of [serving, leaving]) await ready(faultCase);
  await deleteEnv(leaving);
  await createEnv(coming);
  await observed.cluster.restartApiServer();
  await Promise.all([
    heal(serving, 'API server restarted, env serving', ready(serving)),
    heal(coming, 'API server restarted, env created', ready(coming)),
    heal(leaving, 'API server restarted, env leaving', gone(leaving)),
  ]);
  await rewrite(serving);
  await ready(serving);
  for (const faultCase of [serving, coming]) await deleteEnv(faultCase);
  for (const faultCase of [serving, coming, leaving]) await close(faultCase);
}

interface Schema {
  description?: string;
  properties: Record<string, Schema>;
}

interface Definition {
  spec: { versions: { schema: { openAPIV3Schema: Schema } }[] };
}

/**
 * Our CustomResourceDefinitions. `isLater`: as in a later version, with another description and an optional field more.
 */
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

async function updated(observed: ObservedSystem): Promise<void> {
  const { cluster } = observed;
  const faultCase = await openCase(observed, 'defined');
  await createEnv(faultCase);
  await ready(faultCase);
  const since = new Date();
  for (const isLater of [true, false]) {
    const input = { apiVersion: 'v1', kind: 'List', items: await definitions(isLater) };
    await cluster.kubectl(['apply', ...MANAGER, '-f', '-'], { input });
    await sleep(3000);
    // The update of the definitions causes no write of Metacontroller.
    const { env: namespace } = faultCase;
    expect(await metacontrollerWrites(cluster, { namespace, since })).toBe(0);
    expect(await metacontrollerWrites(cluster, { resource: 'routeinjections', since })).toBe(0);
  }
  await createEnv(faultCase, 'backend:3');
  await heal(faultCase, 'definitions updated, then the env', ready(faultCase, 'backend:3'));
  await deleteEnv(faultCase);
  await close(faultCase);
}
