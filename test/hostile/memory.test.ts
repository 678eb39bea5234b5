import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FAMILIES } from './lib/families.ts';
import { jsonOf } from './lib/parts.ts';

/** Maximum memory in MiB that the service may need for one body, in addition to its memory at rest. */
const MOST_MIB = 150;
/**
 * V8 collects garbage only near its heap limit. With this low limit, the resident memory is about the memory that is
 * needed.
 */
const FLAGS = ['--max-old-space-size=150', '--max-semi-space-size=8'];
const PROGRAM = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

let service: ChildProcess;
let origin: string;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const args = ['serve', '--host=127.0.0.1', `--port=${port}`, '--log-level=silent'];
  service = spawn(process.execPath, [...FLAGS, PROGRAM, ...args], { stdio: 'ignore' });
  await ready();
});

afterAll(async () => {
  if (service.exitCode !== null) return;
  service.kill();
  await once(service, 'exit');
});

test(`no body of the largest size needs more than ${MOST_MIB} MiB`, async () => {
  const atRest = resident().now;
  let last = atRest;
  const beyond: string[] = [];
  for (const { name, url, most, body } of FAMILIES) {
    const text = jsonOf(body(most));
    const headers = { 'content-type': 'application/json' };
    // `fetch` throws if the service has run out of memory and has exited.
    const answer = await fetch(origin + url, { method: 'POST', body: text, headers });
    await answer.text();
    const { peak } = resident();
    if (peak - atRest > MOST_MIB && peak > last) beyond.push(`${name}: ${peak - atRest} MiB`);
    last = Math.max(last, peak);
  }
  expect(beyond).toEqual([]);
  expect(last).toBeGreaterThan(atRest);
});

/** Resident memory in MiB: now, and its maximum since the start (VmHWM of proc_pid_status(5)). Linux only. */
function resident(): { now: number; peak: number } {
  const text = readFileSync(`/proc/${service.pid}/status`, 'utf8');
  const mib = (key: string) =>
    Math.round(Number(new RegExp(`${key}:\\s+(\\d+)`).exec(text)?.[1]) / 1024);
  return { now: mib('VmRSS'), peak: mib('VmHWM') };
}

async function ready(): Promise<void> {
  const isReady = () =>
    fetch(`${origin}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    expect(service.exitCode).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
