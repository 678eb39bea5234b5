import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { SERVE_FLAGS } from '../../src/config.ts';
import { variableOf } from '../../src/flags.ts';
import { temporaryFolder } from './lib/kubeconfig.ts';
import { PROGRAM, runProgram } from './lib/program.ts';

jest.setTimeout(60_000);

const SHOP = fileURLToPath(new URL('../../examples/shop/', import.meta.url));
const ESCAPE = '\u{1b}[';

describe('help', () => {
  test.each([[[]], [['--help']], [['-h']], [['help']]])('%j lists the commands', async (args) => {
    const { code, stdout, stderr } = await runProgram(args);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of [
      'serve',
      'preview',
      'trace',
      'get',
      'ref',
      'merge-adopt',
      'virtual-environment-adopt',
      'demo',
    ])
      expect(stdout).toContain(`  ${command} `);
  });

  test('serve --help lists every flag and variable', async () => {
    const { code, stdout } = await runProgram(['serve', '--help']);
    expect(code).toBe(0);
    for (const { name } of Object.values(SERVE_FLAGS)) {
      expect(stdout).toContain(`--${name} `);
      expect(stdout).toContain(`[${variableOf(name)}]`);
    }
  });

  test.each(['preview', 'trace', 'get', 'ref', 'merge-adopt', 'virtual-environment-adopt', 'demo'])(
    '%s -h',
    async (command) => {
      const { code, stdout } = await runProgram([command, '-h']);
      expect([code, stdout.split('\n')[0]]).toEqual([
        0,
        expect.stringContaining(`Usage: dynamicenv ${command}`),
      ]);
    },
  );

  test('an unknown command', async () => {
    expect(await runProgram(['preveiw'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'dynamicenv: unknown command preveiw; see --help\n',
    });
  });
});

describe('as a kubectl plugin', () => {
  const folder = temporaryFolder();
  const link = join(folder, 'kubectl-dynamicenv');
  symlinkSync(PROGRAM, link);
  afterAll(() => rmSync(folder, { recursive: true }));

  test('the help shows the command as people type it', async () => {
    const { stdout } = await runProgram(['--help'], { link });
    expect(stdout.split('\n')[0]).toBe(
      'Usage: kubectl dynamicenv COMMAND [flags]; kubectl dynamicenv COMMAND --help',
    );
    for (const command of [
      'serve',
      'preview',
      'trace',
      'get',
      'ref',
      'merge-adopt',
      'virtual-environment-adopt',
      'demo',
    ]) {
      const help = await runProgram([command, '--help'], { link });
      expect(help.stdout).toMatch(new RegExp(`^Usage: kubectl dynamicenv ${command}`));
      expect(help.stdout.replaceAll('kubectl dynamicenv', '')).not.toMatch(/\bdynamicenv \w/);
    }
    const { code, stderr } = await runProgram(['gte'], { link });
    expect([code, stderr]).toEqual([2, 'kubectl dynamicenv: unknown command gte; see --help\n']);
  });

  test('package.json has an entry with the name of the plugin', async () => {
    const { bin } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    );
    expect(bin['kubectl-dynamicenv']).toBe(bin['dynamicenv']);
  });
});

describe('an older Node', () => {
  const older = (version: string) =>
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  const { engines } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const needed = Number(engines.node.replace('>=', ''));

  test('every command says which version is needed', async () => {
    expect(await runProgram(['serve'], { before: [older(`${needed - 1}.9.0`)] })).toEqual({
      code: 2,
      stdout: '',
      stderr: `dynamicenv: Node ${needed} or newer is needed, this is ${needed - 1}.9.0; install it, or in a clone use "npm run -s dynamicenv -- …", which brings its own\n`,
    });
  });

  test('the lowest supported version works', async () => {
    const { code } = await runProgram(['--help'], { before: [older(`${needed}.0.0`)] });
    expect(code).toBe(0);
  });
});

describe('preview', () => {
  test('exit code 0, and no colours if the output is not a terminal', async () => {
    const { code, stdout, stderr } = await runProgram(['preview', '-f', SHOP]);
    expect([code, stderr, stdout.includes(ESCAPE)]).toEqual([0, '', false]);
  });

  test.each<[Record<string, string>, boolean]>([
    [{ FORCE_COLOR: '1' }, true],
    [{ NO_COLOR: '1' }, false],
  ])('%j', async (env, isColoured) => {
    const { stdout } = await runProgram(['preview', '-f', SHOP], { env });
    expect(stdout.includes(ESCAPE)).toBe(isColoured);
  });

  test('reads standard input', async () => {
    const names = ['backend.yaml', 'web.yaml', 'dynamicenv.yaml'];
    const input = names.map((name) => readFileSync(`${SHOP}${name}`, 'utf8')).join('\n---\n');
    const piped = await runProgram(['preview', '-f', '-'], { input });
    expect(piped).toEqual(await runProgram(['preview', '-f', SHOP]));
  });

  test('exit code 1 if an env is not ready', async () => {
    const { code } = await runProgram(['preview', '-f', `${SHOP}dynamicenv.yaml`]);
    expect(code).toBe(1);
  });

  test('exit code 2 and only the error, for bad input', async () => {
    const input = 'kind: [';
    expect(await runProgram(['preview', '-f', '-'], { input })).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^dynamicenv: \(standard input\), document 1, line 1: Flow sequence .*\n$/,
      ),
    });
  });
});

test('demo runs to its end', async () => {
  const { code, stdout, stderr } = await runProgram(['demo']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('0 differences from the start');
  expect(stdout).not.toContain(ESCAPE);
});
