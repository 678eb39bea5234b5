import { type Document, LineCounter, parseAllDocuments, stringify, type Tags } from 'yaml';

export interface YamlDocument {
  value: unknown;
  /** Syntax errors, with their line. */
  problems: { line: number; message: string }[];
  /** Line of a member, or of the nearest parent that is there. */
  lineOf(path: readonly (string | number)[]): number;
}

/**
 * The documents of a file as kubectl reads them: YAML 1.1 (`yes` is true, 0644 is octal, `<<` merges), but without
 * its dates and sexagesimal numbers, which Go's parser does not know either.
 */
export function parseYaml(text: string): YamlDocument[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.1',
    merge: true,
    lineCounter: lines,
    customTags: (tags) =>
      tags.filter(
        (tag) =>
          typeof tag === 'string' ||
          (tag.format !== 'TIME' && tag.tag !== 'tag:yaml.org,2002:timestamp'),
      ) as Tags,
  });
  if (!Array.isArray(documents)) return [];
  return documents
    .filter((document) => document.contents !== null || document.errors.length > 0)
    .map((document) => ({
      value: document.errors.length > 0 ? undefined : document.toJS(),
      problems: document.errors.map(({ message, pos }) => ({
        line: lines.linePos(pos[0]).line,
        message: message.split('\n')[0]?.replace(/ at line \d+.*$/, '') ?? message,
      })),
      lineOf: (path) => lineOf(document as Document, path, lines),
    }));
}

function lineOf(
  document: Document,
  path: readonly (string | number)[],
  lines: LineCounter,
): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as { range?: number[] } | undefined;
    const start = node?.range?.[0];
    if (start !== undefined) return lines.linePos(start).line;
  }
  return 1;
}

/** YAML that kubectl reads back as the same value: what 1.1 takes for a boolean is quoted. */
export function toYaml(value: unknown): string {
  return stringify(value, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}
