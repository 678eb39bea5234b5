/**
 * Prints for each suite's part of docs/verified.md whether it was recorded for the current state of the sources that the
 * suite tests. The exit code is always 0, because an outdated part is not an error. `--hash SUITE` prints only their hash.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

const ROOT = new URL('../', import.meta.url);

/**
 * The folders of each suite's sources. The commands of the CLI do not count: test/cli tests how they read and print, and what they say
 * comes from the other folders.
 */
const SOURCES = {
  loop: ['src/'],
  mesh: ['src/'],
  kafka: ['src/', 'clients/typescript/src/', 'feed/src/'],
};

const NOT_COUNTED = /^src\/cli(?:\/|\.ts$)/;

/** SHA-256 over every file of these folders in order: path, size, content. It does not need git. */
async function sourceHash(folders) {
  const hash = createHash('sha256');
  for (const folder of folders) await addFolder(hash, folder);
  return hash.digest('hex');
}

async function addFolder(hash, folder) {
  const { pathname } = new URL(folder, ROOT);
  const files = (await readdir(new URL(folder, ROOT), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(pathname.length))
    .map((path) => path.replace(/^\/+/, ''))
    .sort();
  for (const path of files.filter((file) => !NOT_COUNTED.test(`${folder}${file}`))) {
    const content = await readFile(new URL(`${folder}${path}`, ROOT));
    hash.update(`${path} ${content.length}\n`).update(content);
  }
}

const asked = process.argv.indexOf('--hash');
if (asked >= 0) {
  console.log(await sourceHash(SOURCES[process.argv[asked + 1] ?? 'loop'] ?? SOURCES.loop));
} else {
  const page = await readFile(new URL('docs/verified.md', ROOT), 'utf8').catch(() => '');
  for (const [suite, folders] of Object.entries(SOURCES)) {
    const part =
      page.split(`<!-- end: ${suite} -->`)[0]?.split(`<!-- begin: ${suite} -->`)[1] ?? '';
    const [, written] = /sha256:([0-9a-f]{64})/.exec(part) ?? [];
    const named = `${folders.join(' and ')} (without the CLI)`;
    if (written === undefined) say(suite, 'STALE: the suite never wrote it');
    else if (written === (await sourceHash(folders))) say(suite, `about this state of ${named}`);
    else say(suite, `STALE: ${named} has changed since the suite wrote it`);
  }
}

function say(suite, verdict) {
  console.log(`verified.md is ${verdict} (part ${suite})`);
}
