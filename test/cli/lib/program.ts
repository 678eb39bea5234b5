import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  process: ChildProcess;
  /** The output until now. */
  said: Omit<Outcome, 'code'>;
  ended: Promise<Outcome>;
}

export interface Launch {
  /** A symbolic link through which the program is started. */
  link?: string;
  /** Source texts of modules that Node loads before the program. */
  before?: string[];
}

/** Starts `dynamicenv`, without the settings in this process's environment. */
export function start(
  args: readonly string[],
  env: Record<string, string> = {},
  { link = PROGRAM, before = [] }: Launch = {},
): Running {
  const { PATH = '' } = process.env;
  const preloads = before.map(
    (text) => `--import=data:text/javascript,${encodeURIComponent(text)}`,
  );
  const child = spawn(process.execPath, [...preloads, link, ...args], { env: { PATH, ...env } });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk;
  });
  const ended = new Promise<Outcome>((resolve) => {
    child.on('close', (code) => resolve({ code, ...said }));
  });
  return { process: child, said, ended };
}

/** Runs the program until it ends. */
export function runProgram(
  args: readonly string[],
  {
    env = {},
    input = '',
    ...launch
  }: { env?: Record<string, string>; input?: string } & Launch = {},
): Promise<Outcome> {
  const running = start(args, env, launch);
  // A program that reads no input may end before the input is written.
  running.process.stdin?.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  running.process.stdin?.end(input);
  return running.ended;
}

const DEADLINE_MS = 20_000;
const POLL_MS = 25;

/** Repeats the check until it returns a value. */
export async function eventually<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  what: string,
): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`not within ${DEADLINE_MS / 1000} s: ${what}`);
}
