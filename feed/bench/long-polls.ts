// Measures one replica of the feed that holds many polls: memory, and the time from a change to the last client that knows of it.
// The API server is a small one in this process, and so are the clients. Needs the built feed: npm run -w feed bench
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type FakeApiServer, startFakeApiServer } from '../test/lib/fake-api-server.ts';
import { subscriber } from '../test/lib/objects.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const ROUNDS = 10;
const WORKLOAD = 'shop/order-service';
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

interface Case {
  polls: number;
  subscribers: number;
}

const CASES: Case[] = [
  { polls: 2_000, subscribers: 1 },
  { polls: 2_000, subscribers: 1_000 },
  { polls: 3_000, subscribers: 1_000 },
];

/** A tenth of the refs are of the workload that is asked for. */
function items(count: number, round: number): object[] {
  return Array.from({ length: count }, (_, i) =>
    subscriber(`env-${i}-0123456789`, {
      ref: i === 0 ? `round-${round}` : `mp-${i}`,
      workload: i % 10 === 0 ? WORKLOAD : `team-${i % 50}/service-${i}`,
    }),
  );
}

function ask(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

async function metric(url: string, name: string): Promise<number> {
  const [, value] = new RegExp(`^${name} (.+)$`, 'm').exec(await ask(`${url}/metrics`)) ?? [];
  return Number(value);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await condition().catch(() => false)) return;
    await setTimeout(100);
  }
  throw new Error('the feed did not get there within a minute');
}

async function startFeed(api: FakeApiServer, port: number, folder: string) {
  const file = join(folder, 'kubeconfig.json');
  await writeFile(file, api.config().exportConfig());
  const args = [MAIN, `--kubeconfig=${file}`, `--port=${port}`, '--host=127.0.0.1'];
  const child = spawn(process.execPath, [...args, '--log-level=warn'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

async function measure({ polls, subscribers }: Case, port: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'feed-bench-'));
  const api = await startFakeApiServer();
  api.change(items(subscribers, 0));
  const { url, stop } = await startFeed(api, port, folder);
  try {
    await until(async () => (await ask(`${url}/readyz`)).includes('ok'));
    await until(async () => api.watches() > 0);
    const mebibytes = async () => (await metric(url, 'process_resident_memory_bytes')) / 2 ** 20;
    const atRest = await mebibytes();
    const times: number[] = [];
    const lasts: number[] = [];
    let most = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      const path = `${url}/v1/live?workload=${WORKLOAD}`;
      const { rev } = JSON.parse(await ask(path));
      let changed = Number.POSITIVE_INFINITY;
      const known = Array.from({ length: polls }, async () => {
        const body = JSON.parse(await ask(`${path}&after=${rev}&wait=20s`));
        return body.rev === rev ? undefined : performance.now() - changed;
      });
      await until(async () => (await metric(url, 'dynamicenv_feed_held_polls')) === polls);
      changed = performance.now();
      api.change(items(subscribers, round));
      const all = (await Promise.all(known)).filter((ms) => ms !== undefined);
      if (all.length !== polls)
        throw new Error('polls ended before the change: too slow a machine');
      times.push(...all);
      lasts.push(Math.max(...all));
      most = Math.max(most, await mebibytes());
    }
    const ms = (value: number) => `${Math.round(value)} ms`;
    const rank = (values: number[], of: number) =>
      values.toSorted((a, b) => a - b)[Math.ceil(values.length * of) - 1] ?? 0;
    const memory = [atRest, most].map((value) => `${Math.round(value)} MiB`);
    const waits = [rank(times, 0.5), rank(times, 0.99), rank(lasts, 0.5), Math.max(...lasts)];
    return `| ${[polls, subscribers, ...memory, ...waits.map(ms)].join(' | ')} |`;
  } finally {
    await stop();
    await api.close();
    await rm(folder, { recursive: true });
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`);
say(
  '| polls | Subscribers | memory at rest | memory at most | p50 | p99 | last client, p50 | last client, at most |',
);
say('|---|---|---|---|---|---|---|---|');
for (const [index, one] of CASES.entries()) say(await measure(one, 20_801 + index));
agent.destroy();
