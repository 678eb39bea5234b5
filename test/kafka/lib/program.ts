import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';

/** A process of this suite. It is only ever addressed by its own handle. */
export interface Program {
  pid: number;
  isRunning(): boolean;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it is gone. */
  gone: Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Many processes run at the same time. */
const SMALL = ['--optimize-for-size', '--max-semi-space-size=1', '--max-old-space-size=64'];

/** Runs a file with this Node; its output is appended to `log`. */
export function runProgram(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  log: string,
): Program {
  const output = openSync(log, 'a');
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...SMALL, file, ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', output, output],
  });
  running.add(child);
  const gone = once(child, 'exit').then(() => {
    running.delete(child);
  });
  return {
    pid: child.pid ?? 0,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    signal: (name) => void child.kill(name),
    gone,
  };
}

/** SIGTERM, and SIGKILL when the grace period is over. Also ends a process that is stopped. */
export async function endProgram(program: Program, graceMs: number): Promise<'ended' | 'killed'> {
  let result: 'ended' | 'killed' = 'ended';
  const timer = setTimeout(() => {
    result = 'killed';
    program.signal('SIGKILL');
  }, graceMs);
  if (program.isRunning()) program.signal('SIGTERM');
  await program.gone;
  clearTimeout(timer);
  return result;
}
