import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { HeaderAlias, VirtualEnvironment } from '../../../src/api/virtualenvironment.ts';
import { loadManifests } from '../../../src/cli/common/manifests.ts';
import { loadValidator } from '../../../src/crds.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Deployment, Service } from '../../../src/k8s/workload.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import { levelRules } from '../../../src/kinds/virtual-environment/level-rules.ts';
import { serviceVersions } from '../../../src/kinds/virtual-environment/service-versions.ts';

jest.setTimeout(60_000);

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const README = readFileSync(path('examples/virtual-environment/README.md'), 'utf8');
const DOCS = readFileSync(path('docs/virtual-environment.md'), 'utf8');

let objects: KubeObject[];
const of = <T extends KubeObject>(kind: string) =>
  objects.filter((object) => object.kind === kind) as T[];

beforeAll(async () => {
  const warn = (text: string) => expect(text).toBe('no warning');
  const loaded = await loadManifests([path('examples/virtual-environment')], {}, 'default', warn);
  objects = loaded.map(({ object }) => object);
});

/** The rows of the first table whose head begins so, without head and line. */
function table(text: string, head: string): string[][] {
  const [, ...rows] = text.slice(text.indexOf(head)).split('\n\n')[0]?.split('\n').slice(1) ?? [];
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

describe('examples/virtual-environment', () => {
  test('each Service has the versions that the table says', () => {
    const [environment] = of<VirtualEnvironment>('VirtualEnvironment');
    const { rules } = levelRules(environment as VirtualEnvironment);
    const { services, skipped } = serviceVersions(of<Service>('Service'), of('Deployment'), rules);
    expect(skipped).toEqual([]);
    const has = (service: string, version: string) =>
      services
        .find((one) => one.service.metadata.name === service)
        ?.versions.some(({ value }) => value === version);
    const rows = table(README, '| version | storefront | orders | stock |');
    expect(rows).toHaveLength(4);
    for (const [version = '', ...cells] of rows) {
      const found = ['storefront', 'orders', 'stock'].map((service) => has(service, version));
      expect([version, found]).toEqual([version, cells.map((cell) => cell === 'yes')]);
    }
  });

  test('no two Deployments select the same pods', () => {
    const selectors = of<Deployment>('Deployment').map(({ spec }) =>
      JSON.stringify(spec.selector.matchLabels),
    );
    expect(new Set(selectors).size).toBe(selectors.length);
  });
});

describe('the program of the pods', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dynamicenv-hop-'));
  const running: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of running) child.kill();
    await Promise.all(running.map((child) => child.exitCode ?? once(child, 'exit')));
    rmSync(folder, { recursive: true });
  });

  async function start(name: string, version: string, next?: string): Promise<string> {
    const [config] = of<KubeObject & { data: Record<string, string> }>('ConfigMap');
    const file = join(folder, 'server.mjs');
    writeFileSync(file, config?.data['server.mjs'] ?? '');
    const port = await freePort();
    const env = { NAME: name, VERSION: version, PORT: String(port), ...(next && { NEXT: next }) };
    running.push(spawn(process.execPath, [file], { env, stdio: 'ignore' }));
    const url = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 200; tries += 1) {
      const isUp = await fetch(`${url}/`).then(
        () => true,
        () => false,
      );
      if (isUp) return url;
      await sleep(50);
    }
    throw new Error(`${name} does not answer`);
  }

  test('passes the header on, and says what it got', async () => {
    const stock = await start('stock', 'dev');
    const orders = await start('orders', 'dev.p1', stock);
    const ask = async (headers: Record<string, string>) =>
      (await fetch(orders, { headers })).text();
    expect(await ask({ 'X-Virtual-Env': 'dev.p1' })).toBe(
      'orders dev.p1 (got dev.p1)\nstock dev (got dev.p1)\n',
    );
    expect(await ask({})).toBe('orders dev.p1 (got no header)\nstock dev (got no header)\n');
    running[0]?.kill();
    await once(running[0] as ChildProcess, 'exit');
    expect((await fetch(orders)).status).toBe(502);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('docs/virtual-environment.md', () => {
  const blocks = [...DOCS.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const parsed = (text: string) => parseYaml(text)[0]?.value;

  test('its VirtualEnvironment is that of the example, and is valid', async () => {
    const documented = blocks.map(parsed).find((value) => (value as KubeObject)?.kind) as object;
    const validator = await loadValidator('virtualenvironments.env.alibaba.com');
    expect(validator.validate(documented)).toEqual({ errors: [], unknown: [] });
    expect(documented).toEqual(of('VirtualEnvironment')[0]);
  });

  test('its aliases can be used', async () => {
    const found = blocks.map(parsed).find((value) => Object.hasOwn(value as object, 'aliases'));
    const { aliases } = found as { aliases: HeaderAlias[] };
    expect(aliases.map(({ name }) => name)).toEqual(['x-callback-env', 'cookie']);
    const [environment] = of<VirtualEnvironment>('VirtualEnvironment');
    const spec = { ...environment?.spec, envHeader: { aliases } };
    const validator = await loadValidator('virtualenvironments.env.alibaba.com');
    expect(validator.validate({ ...environment, spec })).toEqual({ errors: [], unknown: [] });
    expect(levelRules({ ...environment, spec } as VirtualEnvironment).problems).toEqual([]);
  });

  test('its table of the chain has the five headers, which the demo and the tests of trace send, too', () => {
    const rows = table(DOCS, '| header | storefront | orders | stock |');
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      ['dev.proj1', 'dev.proj1', 'dev', 'dev.proj1'],
      ['dev.proj1.feature1', 'dev.proj1', 'dev', 'dev.proj1.feature1'],
      ['dev.proj2', 'dev', 'dev.proj2', 'dev'],
      ['dev', 'dev', 'dev', 'dev'],
      ['none', 'dev', 'dev', 'dev'],
    ]);
  });
});
