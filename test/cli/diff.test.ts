import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { diff } from '../../src/cli/diff/diff.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { type FakeServer, type FakeServerOptions, fakeApiServer } from './lib/api-server.ts';
import { ENVIRONMENTS, MARKET } from './lib/environments.ts';
import { recorder, refusalOf } from './lib/in-process.ts';
import { temporaryFolder, writeConfig } from './lib/kubeconfig.ts';
import { livingCluster } from './lib/living-cluster.ts';
import { runProgram } from './lib/program.ts';

jest.setTimeout(120_000);

const folder = temporaryFolder();
const SECOND = join(folder, 'second.yaml');
let market: KubeObject[];
let servers: FakeServer[] = [];

beforeAll(async () => {
  writeFileSync(
    SECOND,
    `apiVersion: riskified.com/v1alpha1
kind: DynamicEnv
metadata: {name: uat}
spec:
  istioMatches: [{headers: {user: {exact: qiao}}}]
  environment: uat
  vars: {FEATURE_CHECKOUT: new}
  unset: [DEBUG]
  scope: [{namespace: market}]
`,
  );
  market = await livingCluster([MARKET, SECOND]);
});
afterEach(async () => {
  await Promise.all(servers.map(({ close }) => close()));
  servers = [];
});
afterAll(() => rmSync(folder, { recursive: true }));

async function differ(...args: string[]): Promise<string> {
  const output = recorder();
  expect(await diff(args, output)).toBe(0);
  expect(output.notes()).toBe('');
  return output.text();
}

async function onCluster(
  options: FakeServerOptions,
): Promise<{ server: FakeServer; flags: string[] }> {
  const server = await fakeApiServer(options);
  servers.push(server);
  const config = writeConfig(folder, 'config', { server: server.url });
  return { server, flags: ['--from-cluster', '--kubeconfig', config] };
}

const QA_TO_UAT = `Environment qa → Environment uat
  DB_HOST      qa-db.data (qa) → uat-db.data (uat)
  DB_PASSWORD  secret qa-db/password (qa) → secret uat-db/password (uat)
  PAYMENT_API  http://payments-sandbox.data (dev) → http://payments-uat.data (uat)
  1 variable has the same value in both
`;
const ENVS = `DynamicEnv polina → DynamicEnv uat
  DB_HOST           qa-db.data (qa) → uat-db.data (uat)
  DB_PASSWORD       secret qa-db/password (qa) → secret uat-db/password (uat)
  DEBUG             (the workload's own) → (not set) (DynamicEnv uat)
  FEATURE_CHECKOUT  on (qa) → new (DynamicEnv uat)
  PAYMENT_API       http://payments-sandbox.data (dev) → http://payments-uat.data (uat)
  0 variables have the same value in both
Workloads with pods of their own
  only in uat: market/payments
  in both: market/orders, market/storefront
`;

describe('files', () => {
  test('the program: two Environments, values with their layers', async () => {
    const { code, stdout, stderr } = await runProgram(['diff', 'qa', 'uat', '-f', ENVIRONMENTS]);
    expect([code, stdout, stderr]).toEqual([0, QA_TO_UAT, '']);
  });

  test('two DynamicEnvs: also the workloads that are unique; exit code 0', async () => {
    expect(await differ('polina', 'de/uat', '-f', MARKET, '-f', SECOND)).toBe(ENVS);
  });

  test('a name alone is an Environment first; the same twice does not differ', async () => {
    expect(await differ('qa', 'uat', '-f', MARKET, '-f', SECOND)).toBe(QA_TO_UAT);
    expect(await differ('qa', 'denv/qa', '-f', ENVIRONMENTS)).toBe(
      'Environment qa → Environment qa\n  no variable differs; 4 variables have the same value in both\n',
    );
  });

  test('an Environment and a DynamicEnv: values only; -o json and yaml', async () => {
    const text = await differ('qa', 'polina', '-f', MARKET, '-o', 'json');
    expect(JSON.parse(text)).toEqual({
      a: { kind: 'Environment', name: 'qa' },
      b: { kind: 'DynamicEnv', name: 'polina' },
      variables: [],
      same: 4,
    });
    const yaml = await differ('dev', 'qa', '-f', MARKET, '-o', 'yaml');
    expect(yaml).toContain('value: secret qa-db/password');
  });

  test.each<[string, string[], string]>([
    ['one name', ['qa'], 'the names of two Environments or DynamicEnvs are needed'],
    ['three names', ['dev', 'qa', 'uat'], "Unexpected argument 'uat'"],
    ['no such object', ['dev', 'nope'], 'no Environment or DynamicEnv "nope"'],
    ['no such Environment', ['dev', 'denv/polina'], 'no Environment "polina"'],
    ['no such DynamicEnv', ['dev', 'de/dev'], 'no DynamicEnv "dev"'],
    ['a prefix alone', ['dev', 'de/'], '"de/": a name is missing'],
  ])('%s: exit code 2', async (_, args, message) => {
    expect(await refusalOf(diff([...args, '-f', MARKET], recorder()))).toContain(message);
  });

  test('a long value is cut in the text, and compared as a whole', async () => {
    const file = join(folder, 'long.yaml');
    const long = (name: string, end: string) =>
      `---\napiVersion: riskified.com/v1alpha1\nkind: Environment\nmetadata: {name: ${name}}\nspec: {vars: {A: ${'x'.repeat(300)}${end}}}\n`;
    writeFileSync(file, long('a', '1') + long('b', '2'));
    const text = await differ('a', 'b', '-f', file);
    expect(text).toMatch(/^ {2}A {2}x{160}… \(141 more characters\) \(a\) → x{160}… /m);
  });

  test('neither files nor a cluster; a parent that is missing', async () => {
    expect(await refusalOf(diff(['a', 'b'], recorder()))).toContain('give -f FILE or --from-');
    const file = join(folder, 'broken.yaml');
    writeFileSync(
      file,
      'apiVersion: riskified.com/v1alpha1\nkind: Environment\nmetadata: {name: a}\nspec: {extends: gone}\n',
    );
    expect(await refusalOf(diff(['a', 'a', '-f', file], recorder()))).toContain(
      'Environment gone, which a extends, does not exist',
    );
  });
});

describe('a cluster', () => {
  test('the same, and only these kinds are read', async () => {
    const { server, flags } = await onCluster({ objects: market });
    expect(await differ('qa', 'uat', ...flags)).toBe(QA_TO_UAT);
    expect(await differ('polina', 'de/uat', ...flags)).toBe(ENVS);
    expect([...new Set(server.asked)].sort()).toEqual([
      'get dynamicenvs.riskified.com polina',
      'get dynamicenvs.riskified.com uat',
      'list environments.riskified.com',
    ]);
  });

  test('rights that are missing', async () => {
    for (const kind of ['environments', 'dynamicenvs']) {
      const { flags } = await onCluster({
        objects: market,
        groups: ['riskified.com'],
        isDenied: ({ resource }) => resource.startsWith(kind),
      });
      expect(await refusalOf(diff(['qa', 'polina', ...flags], recorder()))).toContain(kind);
    }
  });
});
