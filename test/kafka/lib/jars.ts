import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

/** What `sha256sum` prints: a checksum and a path below the repository of Maven artifacts, one jar a line. */
const LOCK = new URL('../jars.sha256', import.meta.url);
const MAVEN_CENTRAL = 'https://repo1.maven.org/maven2';

/** Environment variable with the base URL of another repository of Maven artifacts, such as a mirror. */
const REPOSITORY = 'KAFKA_JARS_URL';
const AT_A_TIME = 4;

/** Kafka cannot run here. The message says why and what to do. */
export class NoKafka extends Error {}

interface Jar {
  sha256: string;
  path: string;
}

/**
 * The jars of a Kafka broker, as a class path. The first call downloads them into the user's cache folder. The content of
 * each is compared with the checksum in jars.sha256. Throws NoKafka if a download fails, and another error if a checksum
 * differs.
 */
export async function findJars(say: (line: string) => void): Promise<string[]> {
  const lock = await readFile(LOCK, 'utf8');
  const folder = cacheFolder(lock);
  const jars = lockedJars(lock);
  const missing = jars.filter(({ path }) => !existsSync(fileOf(folder, path)));
  if (missing.length > 0) {
    say(`downloading ${missing.length} jars of Kafka from ${repository()} into ${folder}`);
    await mkdir(folder, { recursive: true });
    const queue = [...missing];
    await Promise.all(Array.from({ length: AT_A_TIME }, () => downloadAll(queue, folder)));
  }
  return jars.map(({ path }) => fileOf(folder, path));
}

/** The lines of a lock file. Throws if a line has another form. */
export function lockedJars(lock: string): Jar[] {
  return lock
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, sha256, path] = /^([0-9a-f]{64}) {2}([\w./+-]+\.jar)$/.exec(line) ?? [];
      if (sha256 === undefined || path === undefined || path.includes('..')) {
        throw new Error(`jars.sha256: a line has a checksum and a path, but this one is "${line}"`);
      }
      return { sha256, path };
    });
}

/** The folder's name contains a hash of the lock file, so that other jars use another folder. */
function cacheFolder(lock: string): string {
  const hash = createHash('sha256').update(lock).digest('hex').slice(0, 16);
  const root = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(root, 'dynamicenv-kafka', hash);
}

const fileOf = (folder: string, path: string) => join(folder, basename(path));
const repository = () => (process.env[REPOSITORY] || MAVEN_CENTRAL).replace(/\/+$/, '');

async function downloadAll(queue: Jar[], folder: string): Promise<void> {
  for (let jar = queue.shift(); jar !== undefined; jar = queue.shift()) await download(jar, folder);
}

async function download({ sha256, path }: Jar, folder: string): Promise<void> {
  const url = `${repository()}/${path}`;
  const content = await contentOf(url).catch((error: unknown) => {
    throw new NoKafka(
      `${url} cannot be downloaded (${reasonOf(error)}): set ${REPOSITORY} to a repository of Maven artifacts that this machine reaches`,
    );
  });
  const actual = createHash('sha256').update(content).digest('hex');
  if (actual !== sha256) {
    throw new Error(`${url} has the checksum ${actual}, but jars.sha256 says ${sha256}`);
  }
  // A file with another name is written, and then renamed: another run, at the same time, must not find an incomplete jar.
  const fresh = `${fileOf(folder, path)}.${process.pid}`;
  try {
    await writeFile(fresh, content);
    await rename(fresh, fileOf(folder, path));
  } finally {
    await rm(fresh, { force: true });
  }
}

async function contentOf(url: string): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(300_000) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { message?: string } };
  return cause?.message ?? message;
}
