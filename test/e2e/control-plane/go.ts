import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

const TELL_EVERY_MS = 15_000;
const NO_GO =
  'Go is needed to build the control plane, and no "go" is on PATH: install Go 1.26 or later (https://go.dev/dl), ' +
  'or set KUBEBUILDER_ASSETS to a folder with all of its programs';

/**
 * Runs `go` in a folder. Returns its standard output. With `place` (what is built), reports every 15 seconds that it is
 * still running. Throws an error with Go's message.
 */
export async function go(
  args: readonly string[],
  folder: URL,
  place?: string,
  say: (line: string) => void = () => undefined,
): Promise<string> {
  const start = Date.now();
  const elapsed = () => `${Math.round((Date.now() - start) / 1000)} s`;
  const timer = setInterval(() => say(`  ${place}: ${elapsed()} so far`), TELL_EVERY_MS);
  if (place === undefined) clearInterval(timer);
  try {
    const child = spawn('go', args, {
      cwd: folder,
      env: process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'ENOENT' ? new Error(NO_GO) : error),
      );
      child.on('close', resolve);
    });
    const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    if (code !== 0) throw new Error(`go ${args[0]} ${args.at(-1)} failed: ${err}`);
    if (place !== undefined) say(`  ${place}: built in ${elapsed()}`);
    return out;
  } finally {
    clearInterval(timer);
  }
}
