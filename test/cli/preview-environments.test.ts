import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import type { KubeObject } from '../../src/k8s/object.ts';
import { clusterPreviews } from './lib/cluster-previews.ts';
import { COMPONENTS, changedFile, ENVIRONMENTS, MARKET, POLINA } from './lib/environments.ts';
import { previewed, refusal } from './lib/in-process.ts';
import { livingCluster } from './lib/living-cluster.ts';
import { files } from './lib/merges.ts';
import { runProgram } from './lib/program.ts';

jest.setTimeout(180_000);

const { folder, cluster, previewOn } = clusterPreviews();

const LAYERS = `  Environment dev is accepted; extended by Environment qa; and so part of DynamicEnv polina
  Environment qa is accepted: dev → qa; used by DynamicEnv polina; extended by Environment uat
  Environment uat is accepted: dev → qa → uat; nobody uses it
`;
const CONFIGURATION = `    configuration: 2 of 6 workloads have pods of their own, 4 shared
      unique: Deployment market/orders
        DB_HOST = qa-db.data (qa)
        DB_PASSWORD = secret qa-db/password (qa)
        DB_URL = postgres://qa-db.data:5432/orders (qa)
      unique: Deployment market/storefront
        FEATURE_CHECKOUT = on (qa)
      shared: market/catalog, market/payments, market/reviews, market/search
`;

function manifest(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const layer = (name: string, spec: string) =>
  `---\napiVersion: riskified.com/v1alpha1\nkind: Environment\nmetadata: {name: ${name}}\nspec: ${spec}\n`;

const ENV = (spec: string) =>
  manifest(
    'env.yaml',
    `apiVersion: riskified.com/v1alpha1\nkind: DynamicEnv\nmetadata: {name: qiao}\nspec:\n  istioMatches: [{headers: {user: {exact: qiao}}}]\n  ${spec}\n`,
  );

describe('files', () => {
  test('the program: unique and shared workloads, with the variables that decide and their layers; nothing is left', async () => {
    const { code, stdout, stderr } = await runProgram(['preview', '-f', MARKET, '--delete']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Status\n${LAYERS}  DynamicEnv polina is ready: 2 of 2 workloads`);
    expect(stdout).toContain(CONFIGURATION);
    expect(stdout).toMatch(/\nDeleted again: 0 differences from the start\n$/);
  });

  test('-o json: Environments have their status', async () => {
    const { text } = await previewed('-f', MARKET, '-o', 'json');
    const { items } = JSON.parse(text) as { items: (KubeObject & { status?: object })[] };
    const layers = items.filter(({ kind }) => kind === 'Environment');
    expect(layers.map(({ metadata, status }) => [metadata.name, status])).toContainEqual([
      'uat',
      expect.objectContaining({ chain: ['dev', 'qa', 'uat'], inUse: false }),
    ]);
  });

  test('Environments alone: each that cannot be used says why, and the exit code is 1', async () => {
    const file = manifest(
      'broken.yaml',
      layer('a', '{extends: b}') + layer('b', '{extends: a}') + layer('c', '{extends: gone}'),
    );
    const { code, text } = await previewed('-f', file);
    expect(code).toBe(1);
    expect(text).toContain('Environment a is not accepted: Cycle: ');
    expect(text).toContain('Environment b is not accepted: Cycle: ');
    expect(text).toContain('Environment c is not accepted: ParentMissing: Environment gone, which');
    const fine = await previewed('-f', ENVIRONMENTS);
    expect([fine.code, fine.text]).toEqual([0, expect.stringContaining('qa is accepted')]);
  });

  test.each<[string, string, RegExp]>([
    ['itself as its parent', '{extends: a}', /spec\.extends/],
    ['a number as a value', '{vars: {PORT: 1}}', /spec\.vars\[PORT\]: must be of type string/],
    ['an unknown field', '{variables: {}}', /spec\.variables/],
    ['one name twice', '{vars: {A: b}, unset: [A]}', /a variable is in vars and in unset/],
  ])('what an API server would refuse: %s', async (_, spec, message) => {
    expect(await refusal('-f', manifest('wrong.yaml', layer('a', spec)))).toMatch(message);
  });

  test('blocked and not cloned: what is in the way, and what to do; the exit code is 1', async () => {
    const database = manifest(
      'database.yaml',
      `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: market}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db, version: shared}}
    spec: {containers: [{name: db, env: [{name: DB_HOST, value: here}]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mailer, namespace: market}
spec:
  selector: {matchLabels: {app: mailer}}
  template:
    metadata: {labels: {app: mailer, version: shared}}
    spec:
      containers:
        - {name: mailer, env: [{name: DB_HOST, value: here}]}
        - {name: helper, env: [{name: DEBUG, value: 'yes'}]}
`,
    );
    const env = ENV('environment: qa\n  unset: [DEBUG]\n  scope: [{namespace: market}]');
    const { code, text } = await previewed(
      ...files(...COMPONENTS, ENVIRONMENTS, database),
      '-f',
      env,
    );
    expect(code).toBe(1);
    expect(text).toContain(
      'configuration: 2 of 8 workloads have pods of their own, 4 shared\n      unique: Deployment market/orders\n',
    );
    expect(text).toMatch(
      /\n {6}blocked: StatefulSet market\/db: a StatefulSet cannot be cloned.*\n {8}DB_HOST = qa-db\.data \(qa\)\n/,
    );
    expect(text).toMatch(
      /\n {6}not cloned: Deployment market\/mailer: no Service selects.*\n {8}container mailer: DB_HOST = qa-db\.data \(qa\)\n {8}container helper: DEBUG is not set \(this DynamicEnv\)\n/,
    );
  });

  test('a version that exists already gets no configuration', async () => {
    const own = manifest(
      'own.yaml',
      `apiVersion: apps/v1
kind: Deployment
metadata: {name: orders-own, namespace: market}
spec:
  selector: {matchLabels: {app: orders, version: own}}
  template:
    metadata: {labels: {app: orders, version: own}}
    spec: {containers: [{name: orders, env: [{name: DB_HOST, value: mine}]}]}
`,
    );
    const env = ENV(`environment: qa
  scope: [{namespace: market, selector: {matchLabels: {app.kubernetes.io/part-of: market}}}]
  subsets: [{name: orders, namespace: market, existing: {deployment: orders-own}}]`);
    const { code, text } = await previewed(...files(...COMPONENTS, ENVIRONMENTS, own), '-f', env);
    expect([code, text]).toEqual([
      0,
      expect.stringContaining(`    configuration: 1 of 6 workloads has pods of its own, 4 shared
      unique: Deployment market/storefront
        FEATURE_CHECKOUT = on (qa)
      existing: Deployment market/orders
      shared: market/catalog`),
    ]);
    expect(text).not.toMatch(/Changed: Deployment|Deployment market\/orders-qiao/);
  });

  test("a subset's own variable is on top, and its layer says so", async () => {
    const env = ENV(`environment: qa
  scope: [{namespace: market}]
  subsets: [{name: orders, namespace: market, containers: [{env: [{name: DB_HOST, value: mine}]}]}]`);
    const { text } = await previewed(...files(...COMPONENTS, ENVIRONMENTS), '-f', env);
    expect(text).toContain('        DB_HOST = mine (the containers of this subset or consumer)\n');
    expect(text).toContain(
      '        DB_URL = postgres://mine:5432/orders (the containers of this subset or consumer)\n',
    );
  });
});

describe('a cluster', () => {
  const asked = [
    'list deployments.apps market',
    'list destinationrules.networking.istio.io market',
    'list dynamicenvs.riskified.com',
    'list environments.riskified.com',
    'list services market',
    'list statefulsets.apps market',
    'list virtualservices.networking.istio.io',
  ];

  test('a new DynamicEnv: the workloads in scope and the Environments are read', async () => {
    const objects = await livingCluster([...COMPONENTS, ENVIRONMENTS]);
    const { server, flags } = await cluster({ objects });
    const { code, text } = await previewed(...flags, '-f', POLINA);
    expect([code, text]).toEqual([0, expect.stringContaining(CONFIGURATION)]);
    expect(server.asked.sort()).toEqual(asked);
    expect(text).not.toContain('Environment qa is');
  });

  test('an edited Environment: all DynamicEnvs of the cluster that use it, and how their clones change', async () => {
    const objects = await livingCluster([MARKET]);
    const file = changedFile(
      folder,
      ENVIRONMENTS,
      ['dev-db.data', 'dev-2.data'],
      ['qa-db.data', 'qa-2.data'],
    );
    const { code, text } = await previewOn({ objects }, '-f', file);
    expect(code).toBe(0);
    expect(text).toContain(LAYERS);
    expect(text).toContain('        DB_URL = postgres://qa-2.data:5432/orders (qa)\n');
    expect(text).toMatch(/Changed: Deployment market\/orders-polina\n/);
    expect(text).toMatch(/^-\s+value: qa-db\.data\n\+\s+value: qa-2\.data$/m);
    const all = await previewOn({ objects });
    expect([all.code, all.text]).toEqual([0, expect.stringContaining(LAYERS)]);
    expect(all.text).toContain(CONFIGURATION);
  });

  test('without the right to read Environments: a note, and the env says what it lacks', async () => {
    const objects = await livingCluster([...COMPONENTS, ENVIRONMENTS]);
    const { code, text } = await previewOn(
      {
        objects,
        isDenied: ({ resource }) => resource.startsWith('environments'),
        groups: ['riskified.com'],
      },
      '-f',
      POLINA,
    );
    expect(code).toBe(1);
    expect(text).toContain('Environment qa does not exist');
    expect(text).toMatch(
      /not read, because of a missing right: .*environments.*: Environments; those/,
    );
  });

  test('not installed: a note', async () => {
    const objects = await livingCluster(COMPONENTS);
    const { code, text } = await previewOn(
      { objects, unserved: ['environments'] },
      ...files(ENVIRONMENTS, POLINA),
    );
    expect([code, text]).toEqual([0, expect.stringContaining('Environment is not installed in')]);
  });

  test('a clone without ready pods has none in the preview either', async () => {
    const objects = await livingCluster([MARKET], { neverReady: ['market/storefront-polina'] });
    const { code, text } = await previewOn({ objects });
    expect(code).toBe(1);
    expect(text).toContain(
      'Deployment market/storefront-polina has no available pods in the cluster',
    );
  });
});
