import type { Api } from '../../e2e/control-plane/api.ts';
import type { Pod } from '../../e2e/control-plane/pods.ts';
import { identityOf } from '../lib/echo.ts';
import type { Envoy } from '../lib/envoy.ts';
import { istiodVersion } from '../lib/istiod.ts';
import { startMesh } from '../lib/mesh.ts';
import { configuration } from './generate/configuration.ts';
import { type Phase, play } from './play.ts';
import type { Recorded } from './record.ts';
import { install, installEnvs, startScene, storedObjects, untilPushed } from './scene.ts';
import type { Settings } from './settings.ts';
import { simulated, type WithEnvs } from './simulated.ts';
import { tablesOf } from './tables.ts';

/** Runs all configurations in one mesh, first without envs, then with them. Every request is sent both times. */
export async function runLive(settings: Settings, say: (line: string) => void): Promise<Recorded> {
  const { seed, requests: each } = settings;
  const all = Array.from({ length: settings.configurations }, (_, index) =>
    configuration(seed, index, each),
  );
  say(`seed ${seed}: ${all.length} configurations, ${each} requests each`);
  const requests = all.flatMap(({ id, requests: own }) =>
    own.map((request) => ({ configuration: id, request })),
  );
  const mesh = await startMesh();
  try {
    const { api } = mesh.cluster;
    const envoys = await startScene(mesh);
    const phase = async (mark: string): Promise<Phase> => {
      await untilPushed(api, envoys, mark);
      say(`${mark}: istiod has updated every proxy`);
      return { objects: await storedObjects(api), pairs: await play(requests, envoys) };
    };
    await install(api, all);
    const before = await phase('before');
    const owners = all.filter(({ envs }) => envs.length > 0);
    const results: WithEnvs[] = [];
    for (const owner of owners) results.push(await simulated(owner, before.objects));
    await installEnvs(api, results);
    const after = await phase('after');
    return {
      settings,
      istiod: await istiodVersion(),
      withEnvs: owners.map(({ id }) => id),
      before,
      after,
      tables: await allTables(envoys),
      pods: await podsByAddress(api),
    };
  } finally {
    await mesh.stop();
  }
}

async function allTables(envoys: readonly Envoy[]): Promise<Recorded['tables']> {
  const entries = await Promise.all(
    envoys.map(async (envoy) => [envoy.name, await tablesOf(envoy)] as const),
  );
  return Object.fromEntries(entries);
}

type Running = Pod & { status: { podIP: string } };

async function podsByAddress(api: Api): Promise<Recorded['pods']> {
  const { items } = await api.call<{ items: Running[] }>('GET', '/api/v1/pods');
  return Object.fromEntries(items.map((pod) => [pod.status.podIP, identityOf(pod)]).sort());
}
