import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Folders with files that are not part of the repository. */
const SKIPPED = ['node_modules', 'dist', 'coverage', 'reports'];

/** Paths in the documentation that are examples, as `<file>: <path>`. */
const EXAMPLES = [
  // Explains how a scenario's name becomes a path; `x` is a placeholder.
  'docs/limits.md: test/scenarios/<kind>/x.yaml',
];

const pages = new Map(markdownFiles(ROOT).map((file) => [file, proseOf(file)]));

/** All Markdown files below a folder, relative to the repository's root. */
function markdownFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || SKIPPED.includes(entry.name)) return [];
    if (entry.isDirectory()) return markdownFiles(path);
    return entry.name.endsWith('.md') ? [relative(ROOT, path)] : [];
  });
}

/** The text of a page without its code blocks. */
function proseOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8').replaceAll(/^( *)```.*?^\1```/gms, '');
}

/** The targets of links and images that are not on another server. */
function linksOf(text: string): string[] {
  const links = text.replaceAll(/`[^`\n]*`/g, '').matchAll(/\]\(\s*<?([^)\s>]+)/g);
  return [...links]
    .map(([, target = '']) => decodeURI(target))
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that GitHub makes of a page's headings. A repeated heading gets `-1`, `-2` and so on. */
function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...text.matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = '']) => {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** Says why a link leads nowhere; empty if its file and its anchor exist. */
function problemOf(file: string, link: string): string[] {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : join(dirname(file), path);
  if (!existsSync(join(ROOT, target))) return [`${file}: ${link}: no such file`];
  const text = pages.get(target);
  if (anchor === undefined || text === undefined) return [];
  return anchorsOf(text).includes(anchor) ? [] : [`${file}: ${link}: no such heading`];
}

/** Paths of this repository that are written as code. */
function pathsOf(text: string): string[] {
  const code = text.matchAll(/`((?:src|test|crds|scripts|examples)\/[^`\s]*)`/g);
  return [...code].map(([, path = '']) => path);
}

/** A path may contain `*`, `{a,b}`, a placeholder such as `<kind>`, and `…` for any further path. */
function isInRepository(path: string): boolean {
  const pattern = path.replaceAll(/<[a-z]+>/g, '*').replace(/…$/, '');
  return globSync(pattern, { cwd: ROOT }).length > 0;
}

/** The names in `scenario a` and `scenarios a, b`, which are written as code; `*` stands for any text. */
function scenariosOf(text: string): string[] {
  const lists = text.matchAll(/\bscenarios?\s+(`[^`]+`(?:(?:,|\s+and)\s+`[^`]+`)*)/gi);
  return [...lists].flatMap(([, list = '']) =>
    [...list.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
}

describe('the documentation', () => {
  const all = [...pages];

  test('every relative link leads to an existing file and heading', () => {
    const checked = all.flatMap(([file, text]) => linksOf(text).map((link) => [file, link]));
    expect(checked.flatMap(([file = '', link = '']) => problemOf(file, link))).toEqual([]);
    expect(checked.length).toBeGreaterThan(100);
  });

  test('every file of this repository that is named as code exists', () => {
    const named = all.flatMap(([file, text]) =>
      pathsOf(text).map((path) => ({ path, place: `${file}: ${path}` })),
    );
    const missing = named.filter(
      ({ path, place }) => !EXAMPLES.includes(place) && !isInRepository(path),
    );
    expect(missing.map(({ place }) => place)).toEqual([]);
    expect(named.length).toBeGreaterThan(50);
    expect(EXAMPLES.filter((one) => named.every(({ place }) => place !== one))).toEqual([]);
  });

  test('every scenario in docs/limits.md is a file', () => {
    const names = scenariosOf(pages.get('docs/limits.md') ?? '');
    const missing = names.filter((name) => !isInRepository(`test/scenarios/*/${name}.yaml`));
    expect(missing).toEqual([]);
    expect(names.length).toBeGreaterThan(50);
  });
});
