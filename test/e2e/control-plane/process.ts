import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Shell script that runs the program, and kills it when this process closes its end of the pipe. The pipe closes with
 * `stop`, and also when this process is killed or crashes. An exit handler does not run then; also, Jest's environment
 * does not pass handlers to the real process. The script uses SIGKILL, because the graceful shutdown of kube-apiserver
 * waits for watches. It uses `true` and not `:`, because a shell exits if a redirection of a special builtin fails, and
 * the script of another program may have removed the folder already.
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
# If the program ended by itself, the guard is not needed. If the guard killed it, the guard ends by itself.
[ -e "$pidfile.stopped" ] || [ ! -e "$pidfile" ] || kill $guard 2>/dev/null
wait $guard 2>/dev/null
exit $code
`;

export interface Running {
  name: string;
  /** File with its standard output and standard error. */
  logFile: string;
  /** Whether it has ended, by itself or because it was killed. */
  hasEnded(): boolean;
  /** Kills it, and waits until it has ended. */
  stop(): Promise<void>;
  /** The last 2000 characters of its log. */
  tail(): Promise<string>;
}

export interface ProcessOptions {
  /** Removes the folder when the program is stopped. */
  ownsFolder?: boolean;
  /** Environment variables, in addition to those of this process. */
  env?: Readonly<Record<string, string>>;
}

/**
 * Starts a program. It ends when this process ends, or earlier with `stop`. Its log is NAME.log in `folder`, and its
 * process id is in NAME.pid.
 */
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
  // The pipe breaks (EPIPE) when the program ends first.
  child.stdin.on('error', () => undefined);
  // The child process must not keep a test process alive that has finished its tests.
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
