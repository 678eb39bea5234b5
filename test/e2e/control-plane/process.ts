import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Ends the program when our end of the pipe closes: by `stop`, and just as well when this process was killed, crashed or
 * ran out of time. No exit handler could promise that, and Jest's own environment hides them from the real process.
 * SIGKILL, because kube-apiserver's graceful end waits for watches. `true`, not `:`, because a shell ends when it cannot write for a
 * special builtin, and another program's guard may have removed the folder already.
 */
const GUARD = `
log=$1; pidfile=$2; remove=$3; shift 3
rm -f "$pidfile.stopped"
exec 3<&0
"$@" </dev/null 3<&- >>"$log" 2>&1 &
pid=$!
echo $pid >"$pidfile"
(
  cat <&3 >/dev/null
  true >"$pidfile.stopped"
  kill -KILL $pid 2>/dev/null
  [ -z "$remove" ] || rm -rf "$remove" || { sleep 1; rm -rf "$remove"; }
) &
guard=$!
exec 3<&-
wait $pid
code=$?
# Ended by itself, it needs no guard any more; else the guard comes to its end.
[ -e "$pidfile.stopped" ] || [ ! -e "$pidfile" ] || kill $guard 2>/dev/null
wait $guard 2>/dev/null
exit $code
`;

export interface Running {
  name: string;
  /** File with what it printed. */
  logFile: string;
  /** Whether it has ended, by itself or not. */
  hasEnded(): boolean;
  /** Kills it and waits until it is gone. */
  stop(): Promise<void>;
  /** The last lines that it printed. */
  tail(): Promise<string>;
}

export interface ProcessOptions {
  /** The folder is removed when the program is stopped. */
  ownsFolder?: boolean;
  /** Environment variables beside this process's own. */
  env?: Readonly<Record<string, string>>;
}

/** Starts a program that ends with this process at the latest; `folder` gets its log and, in NAME.pid, its process id. */
export function startProcess(
  name: string,
  program: string,
  args: readonly string[],
  folder: string,
  { ownsFolder = false, env = {} }: ProcessOptions = {},
): Running {
  const logFile = join(folder, `${name}.log`);
  const pidFile = join(folder, `${name}.pid`);
  const files = [logFile, pidFile, ownsFolder ? folder : ''];
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', ...files, program, ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, ...env },
  });
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    child.on('close', () => {
      ended = true;
      child.stdin.destroy();
      resolve();
    });
  });
  // The pipe breaks when the program has ended first.
  child.stdin.on('error', () => undefined);
  // Nothing here keeps a finished test process alive.
  child.unref();
  return {
    name,
    logFile,
    hasEnded: () => ended,
    stop: async () => {
      child.ref();
      child.stdin.destroy();
      await exited;
    },
    tail: async () => (await readFile(logFile, 'utf8').catch(() => '')).slice(-2000),
  };
}
