import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PAGE = new URL('../../docs/verified.md', import.meta.url);
const SCRIPT = fileURLToPath(new URL('../../scripts/verified.mjs', import.meta.url));

/** The suites that write a part of docs/verified.md, in the order of the page. */
const SUITES = ['loop', 'mesh', 'kafka'] as const;
export type VerifyingSuite = (typeof SUITES)[number];

const HEAD = `# What was verified

Written by the suites themselves, each its own part, when every test passed. What passed at the second try only is named.
\`node scripts/verified.mjs\` says which part is about another state of the sources than the present one.
`;

/** The sources that a suite tests, as the page names them. The folders are in scripts/verified.mjs. */
const sourcesOf = (suite: VerifyingSuite) =>
  suite === 'kafka'
    ? '`src/` (without the CLI), `clients/typescript/src/` and `feed/src/`'
    : '`src/` (without the CLI)';

/** SHA-256 of the current content of the sources that a suite tests: src/, or what it has instead. */
export function sourceHash(suite: VerifyingSuite = 'loop'): string {
  return execFileSync(process.execPath, [SCRIPT, '--hash', suite], { encoding: 'utf8' }).trim();
}

/**
 * Replaces a suite's part of docs/verified.md and adds the date and the hash of the sources. `text` is Markdown whose
 * headings start at `##`.
 */
export async function writePart(suite: VerifyingSuite, text: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8').catch(() => '');
  const date = new Date().toISOString().slice(0, 10);
  await writeFile(PAGE, withPart(page, suite, text, { date, hash: sourceHash(suite) }));
}

export interface Stamp {
  /** `2026-01-31` */
  date: string;
  /** SHA-256 of the sources, in hex. */
  hash: string;
}

/** The page with this suite's part replaced and all other parts unchanged. */
export function withPart(
  page: string,
  suite: VerifyingSuite,
  text: string,
  { date, hash }: Stamp,
): string {
  const own = `${text.trimEnd()}\n\nRun on ${date}, with ${sourcesOf(suite)} of \`sha256:${hash}\`.\n`;
  const marked = SUITES.map((name) => {
    const part = name === suite ? own : partOf(page, name);
    return part === undefined ? '' : `\n${begin(name)}\n${part}${end(name)}\n`;
  });
  return HEAD + marked.join('');
}

function partOf(page: string, suite: VerifyingSuite): string | undefined {
  const from = page.indexOf(begin(suite));
  const to = page.indexOf(end(suite));
  return from < 0 || to < from ? undefined : page.slice(from + begin(suite).length + 1, to);
}

const begin = (suite: VerifyingSuite) => `<!-- begin: ${suite} -->`;
const end = (suite: VerifyingSuite) => `<!-- end: ${suite} -->`;
