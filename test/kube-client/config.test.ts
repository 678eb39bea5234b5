import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { type ChosenConfig, readConfig } from '../../src/kube-client/config.ts';
import { refusalOf } from '../cli/lib/in-process.ts';
import { configText, temporaryFolder, writeConfig } from '../cli/lib/kubeconfig.ts';

jest.setTimeout(30_000);

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const A = writeConfig(folder, 'a', {
  context: 'a',
  server: 'https://a.example',
  namespace: 'shop',
});
const B = writeConfig(folder, 'b', { context: 'b', server: 'https://b.example' });
/** Another kubeconfig that also has context `a`, with another server. */
const RIVAL = writeConfig(folder, 'rival', { context: 'a', server: 'https://rival.example' });
const HOME = join(folder, 'home');
mkdirSync(join(HOME, '.kube'), { recursive: true });
writeFileSync(
  join(HOME, '.kube', 'config'),
  configText({ context: 'home', server: 'https://home.example' }),
);

const NOTHING = { kubeconfig: undefined, context: undefined };
const facts = ({ context, server, namespace, user }: ChosenConfig) => ({
  context,
  server,
  namespace,
  user,
});

describe('which kubeconfig files are read', () => {
  test.each<[string, { kubeconfig?: string }, Record<string, string>, string]>([
    [
      '--kubeconfig has precedence over all others',
      { kubeconfig: B },
      { KUBECONFIG: A, HOME },
      'https://b.example',
    ],
    [
      'KUBECONFIG has precedence over the home directory',
      {},
      { KUBECONFIG: A, HOME },
      'https://a.example',
    ],
    ['the home directory', {}, { HOME }, 'https://home.example'],
    ['an empty KUBECONFIG counts as not set', {}, { KUBECONFIG: '', HOME }, 'https://home.example'],
    [
      'if several files define a name, the first file decides',
      {},
      { KUBECONFIG: [A, RIVAL, B].join(delimiter), HOME },
      'https://a.example',
    ],
    [
      'files that do not exist are ignored',
      {},
      { KUBECONFIG: ['/no/such', '', B].join(delimiter) },
      'https://b.example',
    ],
  ])('%s', async (_, options, env, server) => {
    expect((await readConfig({ ...NOTHING, ...options }, env)).server).toBe(server);
  });

  test.each<[string, { kubeconfig?: string }, Record<string, string>, string]>([
    ['--kubeconfig', { kubeconfig: '/no/such' }, {}, '--kubeconfig: /no/such: no such file'],
    ['KUBECONFIG', {}, { KUBECONFIG: '/no/such', HOME }, 'KUBECONFIG: /no/such: no such file'],
    [
      'none',
      {},
      { HOME: '/no/home' },
      'no kubeconfig: there is no /no/home/.kube/config; name one with --kubeconfig FILE or the variable KUBECONFIG',
    ],
  ])('missing: %s', async (_, options, env, message) => {
    expect(await refusalOf(readConfig({ ...NOTHING, ...options }, env))).toBe(message);
  });
});

describe('which context is used', () => {
  test('the current context, with its namespace', async () => {
    expect(facts(await readConfig({ ...NOTHING, kubeconfig: A }, {}))).toEqual({
      context: 'a',
      server: 'https://a.example',
      namespace: 'shop',
      user: 'a-user',
    });
  });

  test('--context, from any file; without a namespace it uses default', async () => {
    const env = { KUBECONFIG: [A, B].join(delimiter) };
    expect(facts(await readConfig({ ...NOTHING, context: 'b' }, env))).toMatchObject({
      server: 'https://b.example',
      namespace: 'default',
    });
  });

  const written = (name: string, content: object): string => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify(content));
    return file;
  };

  test('an unknown context: the error lists the existing ones', async () => {
    const env = { KUBECONFIG: [A, B].join(delimiter) };
    expect(await refusalOf(readConfig({ ...NOTHING, context: 'c' }, env))).toBe(
      `--context: no context "c" in ${A}, ${B}; there are: a, b`,
    );
  });

  test('no current context', async () => {
    const file = written('none', {
      ...JSON.parse(configText({ server: 'https://a' })),
      'current-context': '',
    });
    expect(await refusalOf(readConfig({ ...NOTHING, kubeconfig: file }, {}))).toBe(
      `${file} has no current context; choose one with --context: dev`,
    );
  });

  test('a context whose cluster is not defined', async () => {
    const file = written('lost', {
      ...JSON.parse(configText({ server: 'https://a' })),
      clusters: [],
    });
    expect(await refusalOf(readConfig({ ...NOTHING, kubeconfig: file }, {}))).toBe(
      `context "dev": no cluster "dev-cluster" in ${file}`,
    );
  });

  test('a file that is not a kubeconfig', async () => {
    const file = join(folder, 'broken');
    writeFileSync(file, 'clusters: [');
    const told = await refusalOf(readConfig({ ...NOTHING, kubeconfig: file }, {}));
    expect(told.startsWith(`${file}: not a kubeconfig: `)).toBe(true);
    expect(told).not.toContain('\n');
  });
});
