import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, jest, test } from '@jest/globals';
import type { DynamicEnv } from '../../src/api/dynamicenv.ts';
import { paintDiff } from '../../src/cli/common/terminal.ts';
import type { KubeObject } from '../../src/k8s/object.ts';
import { parseYaml } from '../../src/k8s/yaml.ts';
import { previewed, recorder } from './lib/in-process.ts';

jest.setTimeout(30_000);

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const SHOP = path('../../examples/shop');
const CROWDED = path('./fixtures/crowded');
const DELEGATES = path('./fixtures/delegates');
const DROPPED =
  'alice: VirtualService shop/backend: under VirtualService edge/public Istio drops the copy of route "all", so the env\'s requests go to the base: it contradicts headers.user of route "known-users" there; take the condition on header user out of the root\'s route';

describe('as text', () => {
  test('what is created, what is changed, the status of the env', async () => {
    const { code, text, notes } = await previewed('-f', SHOP);
    expect([code, notes]).toEqual([0, '']);
    const [before = '', rest = ''] = text
      .replace(/-[0-9a-f]{10}\b/g, '-#')
      .split(/^Changed: VirtualService shop\/backend$/m);
    expect(before).toBe(`Created (-o yaml shows them in full)
  Deployment shop/backend-test-user
  DestinationRule shop/backend-test-user-backend-#
  RouteInjection test-user-backend-#

`);
    expect(rest).toMatch(/^\n--- VirtualService shop\/backend\tbefore\n\+{3} .*\tafter\n@@ /);
    expect(rest.slice(rest.indexOf('\n\nStatus'))).toBe(`

Status
  DynamicEnv test-user is ready: 1 of 1 workloads ready, requests with user=test-user
    subset shop/backend
      Deployment shop/backend-test-user: running
      DestinationRule shop/backend-test-user-backend-#: running
      VirtualService shop/backend: running
`);
    const diff = text.split('\n').filter((line) => /^[-+](?![-+]{2})/.test(line));
    expect(diff.filter((line) => line.startsWith('-'))).toEqual([]);
    expect(diff.filter((line) => line.includes('subset: backend-test-user'))).toHaveLength(2);
    expect(text).not.toContain('route-injections');
  });

  test('the same result if namespaces are read through their indexes', async () => {
    const plain = await previewed('-f', SHOP, '--delete');
    expect(await previewed('-f', SHOP, '--delete', '--indexed-namespaces=shop')).toEqual(plain);
  });

  test.each(['DestinationRule', 'VirtualService'])(
    'a %s without a spec, which Istio accepts, is reported and ignored',
    async (kind) => {
      const file = join(mkdtempSync(join(tmpdir(), 'preview-')), 'nospec.yaml');
      const head = `apiVersion: networking.istio.io/v1\nkind: ${kind}`;
      writeFileSync(file, `${head}\nmetadata: {name: nospec, namespace: shop}\n`);
      const { code, text } = await previewed('-f', SHOP, '-f', file);
      expect([code, text]).toEqual([
        0,
        expect.stringContaining(
          `Warnings\n  ${file}, document 1, line 1: ${kind} shop/nospec has no spec, and is ignored\n`,
        ),
      ]);
    },
  );

  test('warnings: skipped, unguarded, shadowed; exit code 1, because one env is not ready', async () => {
    const { code, text } = await previewed('-f', CROWDED);
    expect(code).toBe(1);
    expect(text).toContain('DynamicEnv alice is ready: 1 of 1');
    expect(text).toMatch(
      /DynamicEnv bob is degraded: 0 of 1 .*\n {4}why: shop\/backend: other envs/,
    );
    const warnings = text.slice(text.indexOf('\nWarnings\n'));
    expect(warnings).toMatch(
      /^ {2}alice: not guarded: .*route "open" .* name the subset shared there$/m,
    );
    expect(warnings).toMatch(
      /^ {2}alice: .*route "testers" already has another condition on header user/m,
    );
    expect(warnings).toMatch(
      /^ {2}bob: conflicting: .*env "alice" takes the same requests first$/m,
    );
    const lines = warnings.trim().split('\n');
    expect(new Set(lines).size).toBe(lines.length);
  });

  test("reports copies that Istio drops in a delegate, although the env's status cannot know", async () => {
    const [shared, alice] = ['shared.yaml', 'alice.yaml'].map((name) => `${CROWDED}/${name}`);
    const { code, text } = await previewed('-f', `${shared}`, '-f', `${alice}`, '-f', DELEGATES);
    expect(code).toBe(0);
    expect(text.slice(text.indexOf('\nWarnings\n'))).toBe(`
Warnings
  ${DROPPED}
  alice: VirtualService shop/forgotten: it has no hosts, and no VirtualService here delegates to it: its routes have no effect
`);
  });

  test('what the status says about delegates is not repeated', async () => {
    const root = path('./fixtures/delegates-of-a-known-root');
    const { text } = await previewed(
      '-f',
      `${CROWDED}/shared.yaml`,
      '-f',
      `${CROWDED}/alice.yaml`,
      '-f',
      root,
    );
    expect(text.match(/Istio drops the copy/g)).toHaveLength(1);
  });

  test('--delete: nothing is left', async () => {
    const { code, text } = await previewed('-f', SHOP, '--delete');
    expect(code).toBe(0);
    expect(text.endsWith('\nDeleted again: 0 differences from the start\n')).toBe(true);
  });

  test('--delete of an env that never became ready: nothing is left, and the exit code is still 1', async () => {
    const { code, text } = await previewed('-f', CROWDED, '--delete');
    expect(code).toBe(1);
    expect(text).toContain('Deleted again: 0 differences from the start');
  });

  test('no DynamicEnv: exit code 1', async () => {
    const { code, text } = await previewed('-f', `${CROWDED}/shared.yaml`);
    expect([code, text]).toEqual([
      1,
      'Warnings\n  no DynamicEnv, Environment, VirtualServiceMerge or VirtualEnvironment among the files\n',
    ]);
  });

  test('the flags of serve have an effect', async () => {
    const args = ['-f', SHOP, '--default-version=stable'];
    const { code, text } = await previewed(...args);
    expect(code).toBe(1);
    expect(text).toContain('DynamicEnv test-user is degraded');
  });
});

const KEYS = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];

describe('for programs', () => {
  test('-o yaml: documents that can be read again, in the usual order, with the env last', async () => {
    const { code, text, notes } = await previewed('-f', SHOP, '-o', 'yaml');
    expect([code, notes]).toEqual([0, '']);
    const documents = parseYaml(text);
    expect(documents.flatMap(({ problems }) => problems)).toEqual([]);
    const objects = documents.map(({ value }) => value as KubeObject);
    expect(objects.map(({ kind }) => kind)).toEqual([
      'Deployment',
      'DestinationRule',
      'RouteInjection',
      'VirtualService',
      'DynamicEnv',
    ]);
    const env = objects.at(-1) as DynamicEnv;
    expect(Object.keys(env)).toEqual(KEYS);
    expect([env.metadata, env.status?.state]).toEqual([{ name: 'test-user' }, 'ready']);
    for (const object of objects) {
      expect(Object.keys(object)).toEqual(KEYS.slice(0, Object.keys(object).length));
      expect(JSON.stringify(object)).not.toMatch(/managedFields|resourceVersion|"uid"/);
    }
  });

  test('-o json: one List with the same objects', async () => {
    const yaml = await previewed('-f', SHOP, '-o', 'yaml');
    const json = await previewed('-f', SHOP, '--output=json');
    const list = JSON.parse(json.text);
    expect([json.code, list.apiVersion, list.kind]).toEqual([0, 'v1', 'List']);
    expect(list.items).toEqual(parseYaml(yaml.text).map(({ value }) => value));
  });

  test('warnings and the result of the deletion go to standard error', async () => {
    const { code, text, notes } = await previewed('-f', CROWDED, '-o', 'yaml', '--delete');
    expect(code).toBe(1);
    expect(parseYaml(text).flatMap(({ problems }) => problems)).toEqual([]);
    expect(notes).toContain('warning: bob: conflicting: ');
    expect(notes).toContain('Deleted again: 0 differences from the start');
  });
});

describe('which files are read', () => {
  test('-f several times, files and folders, one of them twice', async () => {
    const base = ['-f', `${CROWDED}/shared.yaml`, '-f', `${CROWDED}/shared.yaml`];
    const { code, text } = await previewed(...base, '-f', path('./fixtures/alone.json'));
    expect(code).toBe(0);
    expect(text).toContain(
      '    consumer shop/backend\n      Deployment shop/backend-alone: running',
    );
  });
});

describe('texts that kubectl understands in an unexpected way', () => {
  const rule = (exportTo: string) =>
    `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: app, name: own}\nspec: {host: app, exportTo: [${exportTo}]}\n...\nrest: 1\n`;
  const folder = mkdtempSync(join(tmpdir(), 'dynamicenv-'));
  const file = join(folder, 'rule.yaml');

  test('are reported: a duplicate key, and parts of a file that kubectl ignores', async () => {
    writeFileSync(file, rule('.'));
    const { text } = await previewed('-f', file);
    expect(text).toBe(`Warnings
  ${file}, document 1, line 3: the key "name" occurs twice: kubectl uses the last one
  ${file}, document 1, line 6: kubectl ignores everything after "..."; write "---" instead
  no DynamicEnv, Environment, VirtualServiceMerge or VirtualEnvironment among the files
`);
  });

  test.each(['utf16le', 'utf8'] as const)(
    'are reported in a %s file with a byte order mark',
    async (encoding) => {
      writeFileSync(file, Buffer.from(`\ufeff${rule('.')}`, encoding));
      expect((await previewed('-f', file)).text).toContain('line 3: the key "name"');
    },
  );

  test('are reported in a utf16be file with a byte order mark', async () => {
    writeFileSync(file, Buffer.from(`\ufeff${rule('.')}`, 'utf16le').swap16());
    expect((await previewed('-f', file)).text).toContain('line 3: the key "name"');
  });
});

test('kinds that do not concern an env are accepted, and stay unchanged', async () => {
  const { code, text } = await previewed(
    '-f',
    SHOP,
    '-f',
    path('./fixtures/many-kinds'),
    '--delete',
  );
  expect(code).toBe(0);
  expect(text).toContain('Deleted again: 0 differences from the start');
  expect(text.replaceAll(/^ {2}DynamicEnv .*/gm, '')).not.toMatch(/\bother\b/);
});

test('colours: of titles and of the lines of a diff', () => {
  const { paint } = recorder(true);
  const lines = ['--- a', '+++ b', '@@ -1 +1 @@', '-old', '+new', ' same'];
  expect(paintDiff(lines.join('\n'), paint).split('\n')).toEqual([
    '[bold --- a]',
    '[bold +++ b]',
    '[cyan @@ -1 +1 @@]',
    '[red -old]',
    '[green +new]',
    ' same',
  ]);
});
