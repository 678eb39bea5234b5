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
import type { DynamicEnv } from '../../../src/api/dynamicenv.ts';
import type { Environment } from '../../../src/api/environment.ts';
import { loadManifests } from '../../../src/cli/common/manifests.ts';
import { loadValidator, loadValidators, validatorKey } from '../../../src/crds.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Deployment } from '../../../src/k8s/workload.ts';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import { chainOf } from '../../../src/overlay/chain.ts';
import { layered } from '../../../src/overlay/layered.ts';
import { sourceText } from '../../../src/overlay/shown-values.ts';

jest.setTimeout(60_000);

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const README = readFileSync(path('examples/environments/README.md'), 'utf8');

let objects: KubeObject[];
const of = <T extends KubeObject>(kind: string) =>
  objects.filter((object) => object.kind === kind) as T[];

beforeAll(async () => {
  const validators = { DynamicEnv: await loadValidator('dynamicenvs.riskified.com') };
  const warn = (text: string) => expect(text).toBe('no warning');
  const loaded = await loadManifests([path('examples/environments')], validators, 'default', warn);
  objects = loaded.map(({ object }) => object);
});

/** The rows of the table whose head begins so. */
function table(head: string): string[][] {
  const rows = README.slice(README.indexOf(head)).split('\n\n')[0]?.split('\n').slice(2) ?? [];
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

describe('examples/environments', () => {
  test('the Environments set what the table says, and who declares each variable', () => {
    const layers = Object.fromEntries(of('Environment').map((one) => [one.metadata.name, one]));
    const rows = table('| variable | read by |');
    expect(rows).toHaveLength(4);
    for (const [name = '', reader, ...cells] of rows) {
      const variable = name.split(',')[0] ?? '';
      const values = ['dev', 'qa', 'uat'].map((environment) => {
        const chain = chainOf(environment, layers);
        const found = layered('layers' in chain ? chain.layers : []).get(variable)?.source;
        if (found === undefined) return 'nothing';
        return 'value' in found ? found.value : sourceText(found.valueFrom);
      });
      expect([variable, ...values]).toEqual([variable, ...cells]);
      expect([variable, readersOf(variable)]).toEqual([variable, [reader]]);
    }
  });

  const readersOf = (variable: string) =>
    of<Deployment>('Deployment')
      .filter(({ spec }) =>
        spec.template.spec?.containers[0]?.env?.some(({ name }) => name === variable),
      )
      .map(({ metadata }) => metadata.name);

  test('the Deployments run with the values of dev, and the scope has all six', () => {
    const [env] = of<DynamicEnv>('DynamicEnv');
    const [entry] = env?.spec.scope ?? [];
    for (const { metadata } of of<Deployment>('Deployment')) {
      expect(metadata.labels).toMatchObject(entry?.selector?.matchLabels ?? { no: 'scope' });
    }
    expect(of('Deployment')).toHaveLength(6);
  });
});

describe('the program of the pods', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dynamicenv-market-'));
  const running: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of running) child.kill();
    await Promise.all(running.map((child) => child.exitCode ?? once(child, 'exit')));
    rmSync(folder, { recursive: true });
  });

  async function start(settings: Record<string, string>): Promise<string> {
    const [config] = of<KubeObject & { data: Record<string, string> }>('ConfigMap');
    const file = join(folder, 'server.mjs');
    writeFileSync(file, config?.data['server.mjs'] ?? '');
    const port = await freePort();
    const env = { HOSTNAME: 'pod', PORT: String(port), ...settings };
    running.push(spawn(process.execPath, [file], { env, stdio: 'ignore' }));
    const url = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 400; tries += 1) {
      const isUp = await fetch(url).then(
        () => true,
        () => false,
      );
      if (isUp) return url;
      await sleep(50);
    }
    throw new Error(`${settings['NAME']} does not answer`);
  }

  test('says what it is configured with, never a password, and passes the header on', async () => {
    const heard: (string | undefined)[] = [];
    const next = createServer((request, response) => {
      heard.push(request.headers['user'] as string | undefined);
      response.end('next\n');
    });
    await new Promise<void>((resolve) => next.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(next.address() as AddressInfo).port}/`;
    const orders = await start({
      NAME: 'orders',
      NEXT: `${url} ${url}`,
      DB_URL: 'postgres://db',
      DB_PASSWORD: 'hidden',
    });
    heard.length = 0;
    const answer = await (await fetch(orders, { headers: { user: 'polina' } })).text();
    expect(answer).toBe('orders on pod: DB_URL=postgres://db with a password\nnext\nnext\n');
    expect(heard).toEqual(['polina', 'polina']);
    next.closeAllConnections();
    await new Promise((resolve) => next.close(resolve));
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

describe('docs/environments.md', () => {
  test('its objects are valid, and its Environment is that of the example with what it explains', async () => {
    const docs = readFileSync(path('docs/environments.md'), 'utf8');
    const [block = ''] = [...docs.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
    const documented = parseYaml(block).map(({ value }) => value as KubeObject);
    const validators = await loadValidators();
    for (const object of documented) {
      const found = validators[validatorKey(object)]?.validate(object);
      expect([object.kind, found]).toEqual([object.kind, { errors: [], unknown: [] }]);
    }
    const [environment, env] = documented as [Environment, DynamicEnv];
    const qa = of<Environment>('Environment').find(({ metadata }) => metadata.name === 'qa');
    const { description: _purpose, ...example } = qa?.spec ?? {};
    expect(environment.spec).toEqual({ ...example, unset: ['DEBUG'] });
    const [polina] = of<DynamicEnv>('DynamicEnv');
    expect(env.spec).toEqual({ ...polina?.spec, vars: { LOG_LEVEL: 'debug' } });
  });
});
