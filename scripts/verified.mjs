/**
 * Prints for each suite's part of docs/verified.md whether it was recorded for the current state of src/. The exit code
 * is always 0, because an outdated part is not an error. `--hash` prints only the hash of src/.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

const ROOT = new URL('../', import.meta.url);

/** SHA-256 over every file of src/ in order: path, size, content. It does not need git. */
async function sourceHash() {
  const files = (await readdir(new URL('src/', ROOT), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      `${parentPath}/${name}`.slice(new URL('src/', ROOT).pathname.length),
    )
    .map((path) => path.replace(/^\/+/, ''))
    .sort();
  const hash = createHash('sha256');
  for (const path of files) {
    const content = await readFile(new URL(`src/${path}`, ROOT));
    hash.update(`${path} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

const hash = await sourceHash();
if (process.argv.includes('--hash')) {
  console.log(hash);
} else {
  const page = await readFile(new URL('docs/verified.md', ROOT), 'utf8').catch(() => '');
  for (const suite of ['loop', 'mesh']) {
    const part =
      page.split(`<!-- end: ${suite} -->`)[0]?.split(`<!-- begin: ${suite} -->`)[1] ?? '';
    const [, written] = /sha256:([0-9a-f]{64})/.exec(part) ?? [];
    if (written === undefined) say(suite, 'STALE: the suite never wrote it');
    else if (written === hash) say(suite, 'about this state of src/');
    else say(suite, 'STALE: src/ has changed since the suite wrote it');
  }
}

function say(suite, verdict) {
  console.log(`verified.md is ${verdict} (part ${suite})`);
}
