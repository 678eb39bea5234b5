import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { type FakeServer, fakeApiServer } from './lib/api-server.ts';
import { COMPONENTS, ENVIRONMENTS, MARKET, POLINA } from './lib/environments.ts';
import { previewed } from './lib/in-process.ts';
import { temporaryFolder, writeConfig } from './lib/kubeconfig.ts';
import { livingCluster } from './lib/living-cluster.ts';
import { files } from './lib/merges.ts';
import { runProgram } from './lib/program.ts';
import { traced, tracedData } from './lib/traced.ts';

jest.setTimeout(180_000);

const folder = temporaryFolder();
let servers: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map(({ close }) => close()));
  servers = [];
});
afterAll(() => rmSync(folder, { recursive: true }));

const CALLS = ['http://storefront', 'http://orders', 'http://payments', '-n', 'market'];
const POLINAS = ['-H', 'user: polina'];
const reached = ({ hops }: Awaited<ReturnType<typeof tracedData>>) =>
  hops.map(({ destinations }) => destinations.flatMap(({ workloads }) => workloads[0]?.name)[0]);

const DATABASE = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: payments, namespace: market, labels: {app.kubernetes.io/part-of: market}}
spec:
  selector: {matchLabels: {app: payments}}
  template:
    metadata: {labels: {app: payments, version: shared}}
    spec: {containers: [{name: payments, env: [{name: DB_HOST, value: here}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: payments, namespace: market}
spec: {selector: {app: payments}, ports: [{port: 80}]}
`;

describe('trace', () => {
  test('the program, files: requests reach the clones that the configuration made, and shared workloads', async () => {
    const { code, stdout } = await runProgram(['trace', '-f', MARKET, ...CALLS, ...POLINAS]);
    expect(code).toBe(0);
    expect(stdout).toContain('→ Deployment market/storefront-polina, env polina\n');
    expect(stdout).toContain('→ Deployment market/orders-polina, env polina\n');
    expect(stdout).toMatch(/GET http:\/\/payments .*\n→ Deployment market\/payments\n/);
    expect(stdout).toMatch(/polina, by its match 1, instead of Deployment market\/storefront\n/);
  });

  test('a workload that must differ and is not cloned: the trace says so', async () => {
    const file = join(folder, 'payments.yaml');
    writeFileSync(file, DATABASE);
    const others = COMPONENTS.filter((one) => !one.endsWith('payments.yaml'));
    const given = files(...others, file, ENVIRONMENTS, POLINA);
    const { text } = await traced(...given, 'http://payments', '-n', 'market', ...POLINAS);
    expect(text).toMatch(
      /other envs {5}polina: it has no routes for this host: its configuration changes this workload, which is not cloned: /,
    );
  });

  test('a cluster: as it is, and with an env of a file that needs its Environments', async () => {
    const objects = await livingCluster([MARKET]);
    const server = await fakeApiServer({ objects });
    servers.push(server);
    const config = writeConfig(folder, 'config', { server: server.url });
    const flags = ['--from-cluster', '--kubeconfig', config];
    expect(reached(await tracedData(...flags, ...CALLS, ...POLINAS))).toEqual([
      'market/storefront-polina',
      'market/orders-polina',
      'market/payments',
    ]);
    expect(server.asked).not.toContain('list environments.riskified.com');
    const file = join(folder, 'polina.yaml');
    writeFileSync(
      file,
      readFileSync(POLINA, 'utf8').replace('environment: qa', 'environment: uat'),
    );
    expect(reached(await tracedData(...flags, '-f', file, ...CALLS, ...POLINAS))).toEqual([
      'market/storefront-polina',
      'market/orders-polina',
      'market/payments-polina',
    ]);
  });
});

describe('--graph', () => {
  const texts = (svg: string) => [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text);

  test('clones say which variables make them unique, and workloads by which env they are shared', async () => {
    const file = join(folder, 'market.svg');
    await previewed('-f', MARKET, '--graph', file);
    const svg = readFileSync(file, 'utf8');
    const shown = texts(svg);
    expect(shown).toContain('unique: DB_HOST and 2 more');
    expect(svg).toContain('DB_URL (qa)');
    expect(shown).toContain('unique: FEATURE_CHECKOUT');
    expect(shown.filter((text) => text === 'shared by env polina')).toHaveLength(4);
    expect(svg).toContain('FEATURE_CHECKOUT (qa)');
  });

  test('what is blocked is a problem of its box', async () => {
    const file = join(folder, 'blocked.yaml');
    writeFileSync(file, DATABASE);
    const others = COMPONENTS.filter((one) => !one.endsWith('payments.yaml'));
    const svg = join(folder, 'blocked.svg');
    await previewed(...files(...others, file, ENVIRONMENTS, POLINA), '--graph', svg);
    expect(readFileSync(svg, 'utf8')).toContain('polina: blocked: ');
  });
});
