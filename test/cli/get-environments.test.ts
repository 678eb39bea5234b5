import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import { get } from '../../src/cli/get/get.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { type FakeServer, type FakeServerOptions, fakeApiServer } from './lib/api-server.ts';
import { MARKET } from './lib/environments.ts';
import { type Previewed, recorder, refusalOf } from './lib/in-process.ts';
import { temporaryFolder, writeConfig } from './lib/kubeconfig.ts';
import { livingCluster } from './lib/living-cluster.ts';
import { runProgram } from './lib/program.ts';

jest.setTimeout(180_000);

const folder = temporaryFolder();
let market: KubeObject[];
let servers: FakeServer[] = [];

const secret = (name: string, data: Record<string, string>) =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'market', name },
    data,
  }) as KubeObject;
const QA_DB = secret('qa-db', { password: 'aGlkZGVu' });

beforeAll(async () => {
  market = await livingCluster([MARKET]);
});
afterEach(async () => {
  await Promise.all(servers.map(({ close }) => close()));
  servers = [];
});
afterAll(() => rmSync(folder, { recursive: true }));

async function serverWith(options: FakeServerOptions) {
  const server = await fakeApiServer(options);
  servers.push(server);
  return { server, flags: ['--kubeconfig', writeConfig(folder, 'config', { server: server.url })] };
}

async function got(options: FakeServerOptions, ...args: string[]): Promise<Previewed> {
  const { flags } = await serverWith(options);
  const output = recorder();
  const code = await get([...args, ...flags], output);
  return { code, text: output.text(), notes: output.notes() };
}

async function refused(options: FakeServerOptions, ...args: string[]): Promise<string> {
  const { flags } = await serverWith(options);
  return refusalOf(get([...args, ...flags], recorder()));
}

const CONFIGURATION = `├─ configuration of Environment qa
│  ├─ unique market/orders
│  │  ├─ DB_HOST = qa-db.data (qa)
│  │  ├─ DB_PASSWORD = secret qa-db/password (qa)
│  │  └─ DB_URL = postgres://qa-db.data:5432/orders (qa)
│  ├─ unique market/storefront
│  │  └─ FEATURE_CHECKOUT = on (qa)
│  └─ 4 other workloads are shared
`;

describe('get of a DynamicEnv', () => {
  test('the program: values with the layer of each; only what is needed is read, and no secret is shown', async () => {
    const { server, flags } = await serverWith({ objects: [...market, QA_DB] });
    const { code, stdout } = await runProgram(['get', 'polina', ...flags]);
    expect([code, stdout]).toEqual([0, expect.stringContaining(CONFIGURATION)]);
    expect(stdout).not.toMatch(/aGlkZGVu|hidden|what to do/);
    expect(server.asked.sort()).toEqual([
      'get deployments.apps market orders',
      'get deployments.apps market storefront',
      'get dynamicenvs.riskified.com polina',
      'get secrets market qa-db',
      'list environments.riskified.com',
      'list virtualservices.networking.istio.io',
    ]);
  });

  test('a Secret or a key that is missing: a note, also in -o json', async () => {
    const { text } = await got({ objects: market }, 'polina');
    expect(text).toContain(
      'Secret market/qa-db does not exist, and the clone of Deployment market/orders needs it for DB_PASSWORD: its pods cannot start',
    );
    const other = secret('qa-db', { user: 'aGlkZGVu' });
    const json = await got({ objects: [...market, other] }, 'polina', '-o', 'json');
    const { advice, configuration } = JSON.parse(json.text) as Record<string, unknown>;
    expect(advice).toEqual([expect.stringContaining('Secret market/qa-db has no key password')]);
    expect(configuration).toMatchObject({ environment: 'qa', shared: 4, blocked: [] });
    expect(json.text).not.toContain('aGlkZGVu');
  });

  test('without rights: what the status says, and a note for each', async () => {
    const denied = (...resources: string[]): FakeServerOptions => ({
      objects: market,
      groups: ['riskified.com'],
      isDenied: ({ resource }) => resources.includes(resource),
    });
    const blind = await got(denied('environments.riskified.com'), 'polina');
    expect(blind.code).toBe(0);
    expect(blind.text).toContain('│  │  ├─ DB_HOST (qa)\n');
    expect(blind.text).toMatch(/not read, because of a missing right: .*: values of variables/);
    const noSecrets = await got(denied('secrets'), 'polina');
    expect(noSecrets.text).toContain(CONFIGURATION);
    expect(noSecrets.text).toMatch(/get secrets.*: whether Secrets that the configuration refers/);
    const noBases = await got(denied('deployments.apps'), 'polina');
    expect(noBases.text).toContain('│  │  ├─ DB_HOST (qa)\n');
    expect(noBases.text).toMatch(/get deployments.*: values of the variables there/);
  });

  test('blocked, not cloned and warnings are in it', async () => {
    const objects = market.map((object) => {
      if (object.kind !== 'DynamicEnv') return object;
      const env = object as DynamicEnv;
      const configuration = {
        ...env.status?.configuration,
        shared: 1,
        blocked: [{ workload: 'StatefulSet market/db', message: 'cannot be cloned' }],
        notCloned: [{ workload: 'Deployment market/mailer', message: 'no Service' }],
        warnings: ['spec.scope[1] selects no Deployment and no StatefulSet'],
      };
      return { ...env, status: { ...env.status, configuration } } as KubeObject;
    });
    const { text } = await got({ objects }, 'polina');
    expect(text).toContain('│  ├─ blocked StatefulSet market/db: cannot be cloned\n');
    expect(text).toContain('│  ├─ not cloned Deployment market/mailer: no Service\n');
    expect(text).toContain('│  └─ 1 other workload is shared\n');
    expect(text).toContain('─ spec.scope[1] selects no Deployment');
  });
});

describe('get environments', () => {
  test('all of them: what each is made of, and who uses it', async () => {
    const { code, text } = await got({ objects: market }, 'environments');
    expect([code, text]).toEqual([
      0,
      `Environment dev is accepted: What the shared Deployments run with
├─ extended by Environment qa
└─ part of DynamicEnv polina
Environment qa is accepted: Another database, and the new checkout
├─ made of dev → qa
├─ used by DynamicEnv polina
└─ extended by Environment uat
Environment uat is accepted: As qa, with data of its own and the provider's test system
├─ made of dev → qa → uat
└─ nobody uses it
`,
    ]);
  });

  test('one of them: also its variables, and the layer of each', async () => {
    const { code, text } = await got({ objects: market }, 'environments', 'uat');
    expect(code).toBe(0);
    expect(text).toContain(`├─ values
│  ├─ DB_HOST = uat-db.data (uat)
│  ├─ DB_PASSWORD = secret uat-db/password (uat)
│  ├─ FEATURE_CHECKOUT = on (qa)
│  └─ PAYMENT_API = http://payments-uat.data (uat)
`);
    const json = await got({ objects: market }, 'environments', 'denv/qa', '-o', 'json');
    expect(JSON.parse(json.text)).toMatchObject({
      accepted: true,
      environments: [{ name: 'qa', envs: ['polina'], children: ['uat'], envsOfChildren: [] }],
    });
    const yaml = await got({ objects: market }, 'environments', 'qa', '-o', 'yaml');
    expect(yaml.text).toContain('accepted: true\n');
  });

  test('one that is not accepted: why, and exit code 1', async () => {
    const objects = market.filter(
      ({ kind, metadata }) => kind !== 'Environment' || metadata.name !== 'dev',
    );
    const broken = objects.map((object) =>
      object.kind === 'Environment' && object.metadata.name === 'qa'
        ? ({ ...object, status: { inUse: true } } as KubeObject)
        : object,
    );
    const { code, text } = await got({ objects: broken }, 'environments');
    expect(code).toBe(1);
    expect(text).toContain('Environment qa is not accepted, NoStatus');
  });

  test.each<[string, FakeServerOptions, string[], string]>([
    ['no such Environment', {}, ['nope'], 'no Environment "nope" in the cluster'],
    ['not installed', { unserved: ['environments'] }, [], 'knows no Environments'],
    [
      'no right',
      { isDenied: ({ resource }) => resource.startsWith('env'), groups: ['riskified.com'] },
      [],
      'list environments.riskified.com',
    ],
    ['a namespace', {}, ['-n', 'market'], '; an Environment is in no namespace'],
    ['two names', {}, ['a', 'b'], "Unexpected argument 'b'"],
  ])('%s: exit code 2', async (_, options, args, message) => {
    expect(await refused({ objects: market, ...options }, 'environments', ...args)).toContain(
      message,
    );
  });

  test('without the right to list DynamicEnvs: a note', async () => {
    const { code, text } = await got(
      { objects: market, isDenied: ({ resource }) => resource.startsWith('dynamicenvs') },
      'environments',
    );
    expect([code, text]).toEqual([0, expect.stringMatching(/: which DynamicEnvs use them\n$/)]);
  });
});
