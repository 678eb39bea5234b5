import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type FakeApiServer, startFakeApiServer } from './lib/fake-api-server.ts';
import { subscriber } from './lib/objects.ts';
import { live, ready, until } from './lib/running.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

// Starting a process takes long on a busy machine.
jest.setTimeout(120_000);

let api: FakeApiServer;
let folder: string;
let feed: ChildProcess;
let said = '';

async function start(...args: string[]): Promise<void> {
  said = '';
  feed = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [feed.stdout, feed.stderr])
    stream?.on('data', (chunk) => {
      said += chunk;
    });
}

const exitCode = () => new Promise((resolve) => feed.once('exit', resolve));

beforeEach(async () => {
  api = await startFakeApiServer();
  api.items = [subscriber('a')];
  folder = await mkdtemp(join(tmpdir(), 'feed-'));
});
afterEach(async () => {
  feed.kill('SIGKILL');
  await api.close();
  await rm(folder, { recursive: true });
});

async function started(): Promise<string> {
  const file = join(folder, 'kubeconfig.json');
  await writeFile(file, api.config().exportConfig());
  await start(`--kubeconfig=${file}`, '--host=127.0.0.1', '--port=0');
  await until(() => said.includes('listening'));
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
  await ready({ url });
  return url;
}

test('SIGTERM answers held polls, and ends the process with 0', async () => {
  const url = await started();
  const { rev } = (await live(url, '')).body;
  const held = live(url, `&after=${rev}&wait=20s`);
  await setTimeout(300);
  const ended = exitCode();
  feed.kill('SIGTERM');
  const { status, body } = await held;
  expect([status, body.rev]).toEqual([200, rev]);
  expect(await ended).toBe(0);
});

test('a process that was stopped says an age with that time in it', async () => {
  const url = await started();
  await until(() => api.watches() > 0);
  const lists = () => api.requests.filter(({ url: asked }) => !asked.searchParams.has('watch'));
  const before = lists().length;
  api.tell('x');
  await until(() => lists().length > before);
  // No list after this one is answered.
  api.fault = 'hang';
  const listedAt = performance.now();
  feed.kill('SIGSTOP');
  const sentAt = performance.now();
  const polls = Array.from({ length: 20 }, () => live(url, ''));
  await setTimeout(2_000);
  feed.kill('SIGCONT');
  for (const { status, body } of await Promise.all(polls)) {
    expect(status).toBe(200);
    expect(body.ageMs).toBeGreaterThanOrEqual(2_000);
    expect(sentAt - body.ageMs).toBeLessThanOrEqual(listedAt);
  }
});

test('a port that is taken ends with 1 and a line that names the flags', async () => {
  const url = new URL(await started());
  const [first, port] = [feed, url.port];
  await start(
    `--kubeconfig=${join(folder, 'kubeconfig.json')}`,
    '--host=127.0.0.1',
    `--port=${port}`,
  );
  expect(await exitCode()).toBe(1);
  expect(said).toMatch(/--host 127\.0\.0\.1, --port \d+: .*EADDRINUSE/);
  first.kill('SIGKILL');
});

test.each([
  [['--port=x'], /dynamicenv-feed: --port: /],
  [['--kubeconfig=/does/not/exist'], /dynamicenv-feed: --kubeconfig: .* cannot be read/],
  [['--nonsense'], /dynamicenv-feed: .*--nonsense/],
])('%j ends with 1 and one line in words', async (args, words) => {
  await start(...args);
  expect(await exitCode()).toBe(1);
  expect(said).toMatch(words);
  expect(said.trim().split('\n')).toHaveLength(1);
});
