import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../e2e/control-plane/ports.ts';
import { serveEcho } from '../lib/echo.ts';
import { type Envoy, startEnvoy } from '../lib/envoy.ts';
import { findEnvoy } from '../lib/envoy-program.ts';
import { PROXIES } from './generate/world.ts';
import { play } from './play.ts';
import type { Recorded } from './record.ts';
import { clusterConfig, PASSTHROUGH } from './replay-clusters.ts';
import type { Tables } from './tables.ts';

/**
 * Replays a recorded run: Envoy gets istiod's recorded configuration through files, and the same requests are sent
 * again. Pods listen on addresses of 127.0.0.0/8, which need no network namespace. Returns the run with the new
 * answers.
 */
export async function replay(recorded: Recorded, say: (line: string) => void): Promise<Recorded> {
  const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-mesh-'));
  const program = await findEnvoy(say);
  const [port = 0] = await freePorts(1);
  const ends: (() => Promise<void>)[] = [];
  try {
    for (const [address, identity] of Object.entries(recorded.pods)) {
      ends.push(await serveEcho(identity, local(address), port));
    }
    const envoys: Envoy[] = [];
    for (const { name, namespace, labels, isGateway = false } of PROXIES) {
      const tables = recorded.tables[name];
      if (!tables)
        throw new Error(
          `the record has no tables of ${name}: run the suite with ISTIOD_BIN to record them`,
        );
      const source = await writeTables(join(folder, name), tables, port);
      const envoy = await startEnvoy({
        name,
        namespace,
        labels,
        isGateway,
        program,
        folder,
        source,
      });
      ends.push(envoy.stop);
      envoys.push(envoy);
    }
    for (const envoy of envoys) await envoy.untilReady();
    const pairs = await play(recorded.after.pairs, envoys);
    return { ...recorded, after: { ...recorded.after, pairs } };
  } finally {
    for (const end of ends.reverse()) await end();
    await rm(folder, { recursive: true, force: true });
  }
}

const local = (address: string) => address.replace(/^10\./, '127.');

async function writeTables(folder: string, { routes, clusters }: Tables, port: number) {
  await mkdir(folder, { recursive: true });
  const write = async (name: string, resources: readonly object[]) => {
    const path = join(folder, `${name}.json`);
    await writeFile(path, JSON.stringify({ version_info: '1', resources }));
    return path;
  };
  const type = 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration';
  const files = Object.entries(routes).map(
    async ([name, table]) => [name, await write(name, [{ '@type': type, ...table }])] as const,
  );
  const all = Object.entries(clusters).map(([name, addresses]) =>
    name === PASSTHROUGH
      ? clusterConfig(name)
      : clusterConfig(name, { addresses: addresses.map(local), port }),
  );
  return {
    kind: 'files' as const,
    routes: Object.fromEntries(await Promise.all(files)),
    clusters: await write('clusters', all),
  };
}
