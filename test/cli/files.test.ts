import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { previewed, refusal } from './lib/in-process.ts';
import { PROGRAM } from './lib/program.ts';

jest.setTimeout(60_000);

const root = mkdtempSync(join(tmpdir(), 'dynamicenv-'));
afterAll(() => rmSync(root, { recursive: true }));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'files-'));
});

function put(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: x}\n';

/** Runs a command line of bash, in which `$run` is the program. With a socket as its input, bash would read its configuration, too. */
async function bash(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env['PATH'], run: `${process.execPath} ${PROGRAM}` };
  return promisify(execFile)('bash', ['--norc', '-c', line], { env }).then(
    (said) => ({ code: 0, ...said }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

describe('where files come from', () => {
  test("a pipe of the shell's process substitution, and /dev/stdin, are read as kubectl reads them", async () => {
    const file = put('a.yaml', SERVICE);
    for (const line of [
      `$run trace -f <(cat ${file}) http://a.x/`,
      `cat ${file} | $run trace -f /dev/stdin http://a.x/`,
    ]) {
      const { stdout, stderr } = await bash(line);
      expect([stderr, stdout]).toEqual(['', expect.stringContaining('→ to a.x.svc.cluster.local')]);
    }
  });

  test.each([
    ['a link that leads nowhere, as of an open file of Emacs', 'me@host.123'],
    ['a link to itself', 'b.yaml'],
  ])('%s is named, with exit code 2', async (_, target) => {
    put('a.yaml', SERVICE);
    symlinkSync(target, join(folder, 'b.yaml'));
    expect(await refusal('-f', folder)).toMatch(`${join(folder, 'b.yaml')}: E`);
  });

  test('a subfolder with the ending of a file is left out', async () => {
    put('a.yaml', SERVICE);
    mkdirSync(join(folder, 'sub.yaml'));
    const { text } = await previewed('-f', folder);
    expect(text).toContain('no DynamicEnv');
  });

  test('a folder with subfolders only has no files', async () => {
    mkdirSync(join(folder, 'sub.yaml'));
    expect(await refusal('-f', folder)).toBe(`${folder}: no .yaml, .yml, .json files in it`);
  });

  test('if the output cannot be written, one line says so, with exit code 2', async () => {
    const file = put('a.yaml', SERVICE);
    const { code, stderr } = await bash(`$run trace -f ${file} http://a.x/ > /dev/full`);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^dynamicenv: cannot write the output: ENOSPC[^\n]*\n$/),
    ]);
  });
});

describe('lists', () => {
  const item = (name: string) => `{metadata: {name: ${name}, namespace: x}}`;

  test('the items of a typed list have its kind, as kubectl reads them', async () => {
    const first = put('a.yaml', `apiVersion: v1\nkind: ServiceList\nitems: [${item('a')}]\n`);
    const second = put('b.yaml', SERVICE);
    expect(await refusal('-f', first, '-f', second)).toBe(
      `${second}, document 1, line 1: metadata.name: Service x/a is defined already: ${first}, document 1, line 3; remove one of them`,
    );
  });

  test('a list in a list', async () => {
    const inner = `{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Service, metadata: {name: 3}}]}`;
    const file = put('a.yaml', `apiVersion: v1\nkind: List\nitems:\n  - ${inner}\n`);
    expect(await refusal('-f', file)).toBe(
      `${file}, document 1, line 4: metadata.name: expected a name; quote it`,
    );
  });
});

describe('kinds of other projects are left out, with one warning for each', () => {
  const object = (apiVersion: string, kind: string, rest = 'metadata: {name: a}') =>
    `---\napiVersion: ${apiVersion}\nkind: ${kind}\n${rest}\n`;

  test.each([
    ['cert-manager.io/v1', 'Issuer'],
    ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'],
    ['serving.knative.dev/v1', 'Service'],
    ['argoproj.io/v1alpha1', 'Application'],
    ['v1', 'Endpoints'],
    ['v1', 'Node'],
  ])('%s %s', async (apiVersion, kind) => {
    const file = put('a.yaml', SERVICE + object(apiVersion, kind).repeat(2));
    const { text } = await previewed('-f', file);
    expect(text).toContain(
      `${file}, document 2, line 5: ${kind} of ${apiVersion} is left out, and 1 more of them: only kinds of Kubernetes, Istio and DynamicEnv are read\n`,
    );
  });

  test('a Kustomization, which has no name: it must be rendered', async () => {
    put('a.yaml', SERVICE);
    const file = put(
      'kustomization.yaml',
      object('kustomize.config.k8s.io/v1beta1', 'Kustomization', 'resources: [a.yaml]'),
    );
    const { text } = await previewed('-f', folder);
    expect(text).toContain(
      `${file}, document 1, line 2: Kustomization of kustomize.config.k8s.io/v1beta1 is left out: render the folder first, with "kubectl kustomize", and name the result with -f\n`,
    );
  });
});
