import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FAMILIES } from './lib/families.ts';
import { jsonOf } from './lib/parts.ts';
import { WIDE_FLAGS } from './lib/service.ts';

/** Maximum memory in MiB that the service may need for one body, in addition to its memory at rest. */
const MOST_MIB = 150;
/** HOSTILE_FAMILIES: only families with this text in their names. */
const ASKED = FAMILIES.filter(({ name }) => name.includes(process.env['HOSTILE_FAMILIES'] || ''));
/**
 * With these flags and variables the resident memory is about the memory that is needed. V8 collects garbage only near
 * its heap limit, so the limit is low (all bodies are answered with 100 MiB, too). After many bodies, glibc keeps some
 * 60 MiB of freed memory by default, since its thresholds grow (M_MMAP_THRESHOLD of mallopt(3)); with fixed thresholds
 * and one arena it keeps a third of that.
 */
const FLAGS = ['--max-old-space-size=110', '--max-semi-space-size=2', '--optimize-for-size'];
const MALLOC = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '131072',
};
const PROGRAM = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

let service: ChildProcess;
let origin: string;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const args = ['serve', '--host=127.0.0.1', `--port=${port}`, '--log-level=silent', ...WIDE_FLAGS];
  const env = { ...process.env, ...MALLOC };
  service = spawn(process.execPath, [...FLAGS, PROGRAM, ...args], { stdio: 'ignore', env });
  await ready();
});

afterAll(async () => {
  if (service.exitCode !== null) return;
  service.kill();
  await once(service, 'exit');
});

test(`no body of the largest size needs more than ${MOST_MIB} MiB`, async () => {
  const atRest = resident().now;
  let highest = 0;
  const beyond: string[] = [];
  for (const { name, url, most, body } of ASKED) {
    const text = jsonOf(body(most));
    const headers = { 'content-type': 'application/json' };
    forgetPeak();
    // `fetch` throws if the service has run out of memory and has exited.
    const answer = await fetch(origin + url, { method: 'POST', body: text, headers });
    await answer.text();
    // Over the memory at rest, not over the memory just before: garbage that a body reuses must not make it look cheap.
    const needed = resident().peak - atRest;
    if (needed > MOST_MIB) beyond.push(`${name}: ${needed} MiB`);
    highest = Math.max(highest, needed);
  }
  expect(beyond).toEqual([]);
  expect(highest).toBeGreaterThan(0);
});

/** Sets the maximum of the resident memory to its present value (`clear_refs` in proc_pid_clear_refs(5)). Linux only. */
function forgetPeak(): void {
  writeFileSync(`/proc/${service.pid}/clear_refs`, '5');
}

/** Resident memory in MiB: now, and its maximum since `forgetPeak` (VmHWM of proc_pid_status(5)). Linux only. */
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
