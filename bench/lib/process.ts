import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const START_MS = 20_000;

/** A running process of the built service. */
export interface Program {
  child: ChildProcess;
  port: number;
  /** Milliseconds from its start until `/readyz` answered. */
  started: number;
  /** Processor time in milliseconds until `/readyz` answered. */
  cpu: number;
}

/**
 * Starts the built program with these Node flags, environment and flags, and waits until it is ready. It logs only
 * errors.
 */
export async function startProgram(
  nodeFlags: readonly string[],
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<Program> {
  const port = await freePort();
  const args = [
    ...nodeFlags,
    PROGRAM,
    'serve',
    '--host=127.0.0.1',
    `--port=${port}`,
    '--log-level=error',
    ...flags,
  ];
  const start = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`);
    if (performance.now() - start > START_MS) throw new Error('the service does not become ready');
    await sleep(10);
  }
  return {
    child,
    port,
    started: performance.now() - start,
    cpu: await processorTime(child.pid ?? 0),
  };
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.ok === true;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Processor time of a process in milliseconds. It works on Linux only, where /proc counts 100 ticks per second. */
export async function processorTime(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return ((user ?? 0) + (system ?? 0)) * 10;
}

/** Resident memory in MiB: now, and the maximum so far (Linux). */
export async function memoryOf({ pid }: ChildProcess): Promise<{ now: number; peak: number }> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  const mib = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024;
  return { now: mib('VmRSS'), peak: mib('VmHWM') };
}
