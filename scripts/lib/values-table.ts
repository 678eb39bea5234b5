import { isMap, type Node, parseDocument } from 'yaml';

interface Row {
  key: string;
  value: string;
  text: string;
}

/** The comment directly above each line. The keys are line numbers, from 0. */
type Comments = Map<number, string>;

/**
 * A Markdown table of a chart's values: one row per value, in the order of the file. The comment directly above a key
 * describes it. Above a map's key it describes the whole map, if no key within it has a comment.
 */
export function valuesTable(source: string): string {
  const comments = commentsOf(source);
  const rows = rowsOf(parseDocument(source).contents, '', source, comments);
  const lines = rows.map(({ key, value, text }) => `| \`${key}\` | ${value} | ${text} |`);
  return ['| Value | Default | |', '|---|---|---|', ...lines].join('\n');
}

const START = '<!-- values: generated from values.yaml -->';
const END = '<!-- /values -->';

/** The README with a new table between its two markers. Throws when the markers are missing. */
export function withValuesTable(readme: string, values: string): string {
  const [from, to] = [readme.indexOf(START), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`README.md has no "${START}" and "${END}" after it`);
  return `${readme.slice(0, from + START.length)}\n\n${valuesTable(values)}\n\n${readme.slice(to)}`;
}

function commentsOf(source: string): Comments {
  const comments: Comments = new Map();
  let held: string[] = [];
  for (const [number, line] of source.split('\n').entries()) {
    const [, text] = /^ *# ?(.*)$/.exec(line) ?? [];
    if (text !== undefined) held.push(text);
    else {
      if (held.length > 0 && line.trim() !== '') comments.set(number, held.join(' '));
      held = [];
    }
  }
  return comments;
}

function rowsOf(node: Node | null, path: string, source: string, comments: Comments): Row[] {
  if (!isMap(node)) return [];
  return node.items.flatMap((pair) => {
    const name = pair.key as Node & { value: string };
    const key = path === '' ? name.value : `${path}.${name.value}`;
    const value = pair.value as Node | null;
    const text = comments.get(lineOf(source, name)) ?? '';
    const within = rowsOf(value, key, source, comments);
    const isWhole = within.length === 0 || (text !== '' && within.every((row) => row.text === ''));
    return isWhole ? [{ key, value: shown(value), text: text.replaceAll('|', '\\|') }] : within;
  });
}

function lineOf(source: string, { range }: Node): number {
  return source.slice(0, range?.[0] ?? 0).split('\n').length - 1;
}

function shown(value: Node | null): string {
  return `\`${JSON.stringify(value?.toJSON() ?? null)}\``;
}
