import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { KubeObject } from '../../src/k8s/object.ts';
import { type FakeServer, fakeApiServer } from './lib/api-server.ts';
import { temporaryFolder, writeConfig } from './lib/kubeconfig.ts';
import { livingCluster } from './lib/living-cluster.ts';
import { eventually, runProgram, start } from './lib/program.ts';

jest.setTimeout(60_000);

const SHOP = fileURLToPath(new URL('../../examples/shop', import.meta.url));
const CLIENT = '@kubernetes/client-node';
/** The error with which Node reports that a package is not installed. */
const WITHOUT_CLIENT = `
import { registerHooks } from 'node:module';
registerHooks({
  resolve: (name, context, next) => {
    if (name !== '${CLIENT}') return next(name, context);
    const message = "Cannot find package '${CLIENT}' imported from " + context.parentURL;
    throw Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
  },
});`;
const ESCAPE = '\u{1b}[';

const folder = temporaryFolder();
let objects: KubeObject[];
let server: FakeServer | undefined;

beforeAll(async () => {
  objects = await livingCluster([SHOP]);
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The kubeconfig of an API server with the shop and its env. */
async function kubeconfig(): Promise<string> {
  server = await fakeApiServer({ objects });
  return writeConfig(folder, 'config', { server: server.url });
}

describe('with a cluster', () => {
  test('preview and get use KUBECONFIG: exit code 0, no colours', async () => {
    const env = { KUBECONFIG: await kubeconfig() };
    for (const args of [
      ['preview', '--from-cluster'],
      ['get', 'test-user'],
    ]) {
      const { code, stdout, stderr } = await runProgram(args, { env });
      expect([code, stderr, stdout.includes(ESCAPE)]).toEqual([0, '', false]);
      expect(stdout).toContain('DynamicEnv test-user is ready');
    }
    expect(server?.asked.filter((asked) => !/^(get|list) /.test(asked))).toEqual([]);
  });

  test.each<[Record<string, string>, boolean]>([
    [{ FORCE_COLOR: '1' }, true],
    [{ NO_COLOR: '1' }, false],
  ])('get with %j', async (env, isColoured) => {
    const { stdout } = await runProgram(['get', 'test-user', '--kubeconfig', await kubeconfig()], {
      env,
    });
    expect(stdout.includes(ESCAPE)).toBe(isColoured);
  });

  test('exit code 2 and only the error, if the cluster cannot be reached', async () => {
    const file = await kubeconfig();
    await server?.close();
    for (const args of [
      ['preview', '--from-cluster'],
      ['get', 'test-user'],
    ]) {
      expect(await runProgram([...args, '--kubeconfig', file])).toEqual({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(
          /^dynamicenv: the API server .* cannot be reached: .*ECONNREFUSED.*\n$/,
        ),
      });
    }
    server = undefined;
  });
});

describe('without the client package', () => {
  const before = [WITHOUT_CLIENT];

  test('everything that needs no cluster works', async () => {
    for (const args of [['--help'], ['preview', '-f', SHOP], ['get', '--help']]) {
      const { code, stderr } = await runProgram(args, { before });
      expect([args, code, stderr]).toEqual([args, 0, '']);
    }
    const service = start(['serve', '--host=127.0.0.1', '--port=0'], {}, { before });
    await eventually(
      () => service.said.stdout.match(/listening at/) ?? undefined,
      service.said.stderr,
    );
    service.process.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  });

  test('commands that need a cluster say what to install, in the version of package.json', async () => {
    const { devDependencies } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    );
    const [major] = devDependencies[CLIENT].split('.');
    const { code, stdout, stderr } = await runProgram(['get', 'test-user'], { before });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      `dynamicenv: reading a cluster needs the package ${CLIENT}, which is not installed beside dynamicenv: run "npm install ${CLIENT}@${major}" there, with --global if dynamicenv was installed with it\n`,
    );
  });
});
