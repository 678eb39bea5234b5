import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProgram, type Program, runProgram } from './program.ts';

/** As clones have them: a startupProbe every 2 s, and after SIGTERM 10 s more than the drain may take. */
const PROBE_MS = 2000;
const AFTER_DRAIN_SECONDS = 10;
const RESTART_MS = 1000;

export interface PodOptions {
  name: string;
  /** The program of its container, and the container's environment variables. */
  file: string;
  env: Readonly<Record<string, string>>;
  folder: string;
  /** An env's pod has probe and preStop hook on this port. */
  port?: number;
  drainSeconds: number;
}

/** Stands in for a pod and its kubelet, with a real process as its container. */
export interface Pod {
  name: string;
  /** Resolves when the container has started: the startupProbe got a 200. */
  started(): Promise<void>;
  /** Ends the container at once, as a crash does. It is started again. */
  crash(): void;
  /** Ends the container at once, and it is not started again: for the end of a test. */
  crashForGood(): void;
  /** SIGSTOP and SIGCONT. */
  pause(): void;
  resume(): void;
  /** As for `kubectl delete pod`: preStop, SIGTERM, SIGKILL. Answers what preStop got. */
  remove(): Promise<string>;
}

export function startPod(options: PodOptions): Pod {
  const { name, file, env, folder, port, drainSeconds } = options;
  const log = join(folder, `${name}.log`);
  let isRemoved = false;
  let program = start();

  function start(): Program {
    const next = runProgram(file, [], env, log);
    void next.gone.then(restart);
    return next;
  }

  async function restart(): Promise<void> {
    if (isRemoved) return;
    await sleep(RESTART_MS);
    if (!isRemoved) program = start();
  }

  const ask = (path: string, ms: number) =>
    fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(ms) }).then(
      async (answer) => `${answer.status} ${(await answer.text()).trim()}`,
      (error: Error) =>
        `no answer: ${(error.cause as Error | undefined)?.message ?? error.message}`,
    );

  const graceMs = (drainSeconds + AFTER_DRAIN_SECONDS) * 1000;
  return {
    name,
    started: async () => {
      while (port !== undefined && !isRemoved && !(await ask('/started', 1000)).startsWith('200')) {
        await sleep(PROBE_MS);
      }
    },
    crash: () => program.signal('SIGKILL'),
    crashForGood: () => {
      isRemoved = true;
      program.signal('SIGKILL');
    },
    pause: () => program.signal('SIGSTOP'),
    resume: () => program.signal('SIGCONT'),
    remove: async () => {
      isRemoved = true;
      const deadline = Date.now() + graceMs;
      const drained = port === undefined ? 'no preStop hook' : await ask('/drain', graceMs);
      const how = await endProgram(program, Math.max(1000, deadline - Date.now()));
      return `${drained}, ${how}`;
    },
  };
}
