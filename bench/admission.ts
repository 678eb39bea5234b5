import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { Agent, request as requestSecurely } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Call } from './lib/calls.ts';
import { encryptedFlags } from './lib/certificate.ts';
import { freePort, startProgram, stop } from './lib/process.ts';
import type { Row } from './lib/rows.ts';
import { callsOf, SIZES, type SizeName } from './lib/sizes.ts';
import type { SyncsOptions } from './lib/syncs.ts';
import { quantile } from './lib/timing.ts';

const SYNCS = new URL('./lib/syncs.ts', import.meta.url);
/** Number of concurrent syncs. */
const CONNECTIONS = 4;
const PAUSE_MS = 20;
const MOST_P99_MS = 100;

interface Door {
  port: number;
  encrypted: boolean;
}

/**
 * Measures how long an admission review takes while the service syncs envs of a large namespace without pause. The TLS
 * port has its own thread. The plain port uses the same thread as the syncs. The two ports are measured in turns,
 * because other processes may slow the machine down.
 */
export async function admissionRows({ isSmoke }: { isSmoke: boolean }): Promise<Row[]> {
  const size: SizeName = isSmoke ? 'small' : 'large';
  const reviews = callsOf(SIZES[size]).filter(({ hook }) => hook === 'admission');
  const folder = await mkdtemp(join(tmpdir(), 'dynamicenv-bench-'));
  try {
    const tlsPort = await freePort();
    const { child, port } = await startProgram([], {}, await encryptedFlags(folder, tlsPort));
    const own: Door = { port: tlsPort, encrypted: true };
    const shared: Door = { port, encrypted: false };
    const seconds = isSmoke ? 0.2 : 4;
    const turn = (door: Door) => timesOf(door, reviews, seconds);
    await turn(own);
    const alone = await turn(own);
    const options: SyncsOptions = { port, connections: CONNECTIONS, size };
    const syncs = new Worker(SYNCS, { workerData: options });
    // The worker thread needs this time to create its calls.
    await sleep(isSmoke ? 500 : 5_000);
    const beside: { own: number[]; shared: number[] } = { own: [], shared: [] };
    for (let round = 0; round < (isSmoke ? 1 : 6); round += 1) {
      beside.own.push(...(await turn(own)));
      beside.shared.push(...(await turn(shared)));
    }
    await syncs.terminate();
    await stop(child);
    return rowsOf(size, alone, beside);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The time of each review in milliseconds. The reviews are sent one after the other, with a pause between them. */
async function timesOf(door: Door, reviews: readonly Call[], seconds: number): Promise<number[]> {
  const times: number[] = [];
  const agent = new Agent({ keepAlive: true });
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    const review = reviews[times.length % reviews.length];
    const began = performance.now();
    await answer(door, review?.url ?? '', review?.text ?? '', agent);
    times.push(performance.now() - began);
    await sleep(PAUSE_MS);
  }
  agent.destroy();
  return times;
}

function answer(
  { port, encrypted }: Door,
  path: string,
  text: string,
  agent: Agent,
): Promise<void> {
  const body = Buffer.from(text);
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const target = { host: '127.0.0.1', port, path, method: 'POST', headers };
  return new Promise((resolve, reject) => {
    const sent = encrypted
      ? requestSecurely({ ...target, agent, rejectUnauthorized: false })
      : request(target);
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${path}: ${response.statusCode}`));
      });
    });
    sent.end(body);
  });
}

function rowsOf(
  size: SizeName,
  alone: number[],
  { own, shared }: { own: number[]; shared: number[] },
): Row[] {
  const part = `admission, ${size}`;
  const note = (times: number[]) =>
    `${CONNECTIONS} syncs under way all the time; ${times.length} reviews, p50 ${quantile(times, 0.5).toFixed(1)} ms`;
  const p99 = (times: number[]) => quantile(times, 0.99);
  return [
    { part, name: 'p99 of a review, nothing else under way', figure: p99(alone), unit: 'ms' },
    {
      part,
      name: 'p99 of a review beside syncs, in its own thread',
      figure: p99(own),
      unit: 'ms',
      goal: { most: MOST_P99_MS },
      note: note(own),
    },
    {
      part,
      name: 'the same in the thread of the syncs',
      figure: p99(shared),
      unit: 'ms',
      note: note(shared),
    },
    {
      part,
      name: 'in the thread of the syncs, by that in its own',
      figure: p99(shared) / p99(own),
      unit: '×',
    },
  ];
}
