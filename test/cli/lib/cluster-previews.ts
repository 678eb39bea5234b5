import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach } from '@jest/globals';
import { type FakeServer, type FakeServerOptions, fakeApiServer } from './api-server.ts';
import { type Previewed, previewed } from './in-process.ts';
import { temporaryFolder, writeConfig } from './kubeconfig.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The shop without its env, and the env alone. */
export const SHOP = ['backend.yaml', 'web.yaml'].map((name) =>
  path(`../../../examples/shop/${name}`),
);
export const ENV = path('../../../examples/shop/dynamicenv.yaml');

export interface ClusterPreviews {
  /** A temporary folder for the tests' files. It is removed after the last test. */
  folder: string;
  /**
   * Starts a server with these objects; returns it and the arguments with which `preview` uses it. It is closed after
   * the test.
   */
  cluster(
    options: FakeServerOptions,
    parts?: { namespace?: string },
  ): Promise<{ server: FakeServer; flags: string[] }>;
  /** Runs `preview --from-cluster` with these arguments, on a server with these objects. */
  previewOn(options: FakeServerOptions, ...args: string[]): Promise<Previewed>;
}

/** Previews that each run on their own API server. Call it once in a test file. */
export function clusterPreviews(): ClusterPreviews {
  const folder = temporaryFolder();
  let servers: FakeServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.map(({ close }) => close()));
    servers = [];
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const cluster: ClusterPreviews['cluster'] = async (options, parts = {}) => {
    const server = await fakeApiServer(options);
    servers.push(server);
    const file = writeConfig(folder, 'config', { server: server.url, ...parts });
    return { server, flags: ['--from-cluster', '--kubeconfig', file] };
  };
  const previewOn: ClusterPreviews['previewOn'] = async (options, ...args) => {
    const { flags } = await cluster(options);
    return previewed(...flags, ...args);
  };
  return { folder, cluster, previewOn };
}
