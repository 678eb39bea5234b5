/**
 * Says when docs/verified.md is about another state of src/ than the one that is here. Exit code 0 in any case: a stale page
 * is news, not an error. `--hash` prints the hash alone.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

const ROOT = new URL('../', import.meta.url);

/** SHA-256 over every file of src/ in order: path, size, content. Knows nothing of git. */
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
  const [, written] = /sha256:([0-9a-f]{64})/.exec(page) ?? [];
  if (written === undefined) console.log('verified.md is STALE: it was never written');
  else if (written === hash) console.log('verified.md is about this state of src/');
  else console.log('verified.md is STALE: src/ has changed since the loop suite wrote it');
}
