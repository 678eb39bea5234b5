import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  type Pair,
  type ParsedNode,
  parseAllDocuments,
  type ScalarTag,
  stringify,
  type Tags,
  visit,
} from 'yaml';

export interface YamlDocument {
  /** Position in the file, from 1, empty documents counted. */
  number: number;
  value: unknown;
  /** Mistakes, with their line; then there is no value. */
  problems: { line: number; message: string }[];
  /** Line of a member, or of the nearest parent that is there. */
  lineOf(path: readonly (string | number)[]): number;
}

/**
 * The documents of a file as kubectl reads them, without the empty ones: YAML 1.1 (`yes` is true, 0644 is octal, `<<`
 * merges), but without its dates and sexagesimal numbers, which Go's parser does not know either.
 */
export function parseYaml(text: string): YamlDocument[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.1',
    merge: true,
    lineCounter: lines,
    // What it would warn of is refused below, or read as kubectl reads it.
    logLevel: 'error',
    customTags,
  });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document, index) => {
    const read = readDocument(document as Document.Parsed, text, lines);
    return read.value === null ? [] : [{ ...read, number: index + 1 }];
  });
}

function customTags(tags: Tags): Tags {
  return [...tags.filter(isKnownToGo), OCTAL];
}

function isKnownToGo(tag: Tags[number]): boolean {
  if (typeof tag === 'string') return true;
  return tag.format !== 'TIME' && !NOT_JSON.includes(tag.tag);
}

/** Their values are no JSON; Go's parser leaves them texts, too. */
const NOT_JSON = ['timestamp', 'binary', 'set', 'omap', 'pairs'].map(
  (name) => `tag:yaml.org,2002:${name}`,
);

/** YAML 1.2's way to write octal numbers, which Go's parser takes as well. */
const OCTAL: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:int',
  format: 'OCT',
  test: /^[-+]?0o[0-7]+$/,
  resolve: (text) => (text.startsWith('-') ? -1 : 1) * Number.parseInt(text.split('o')[1] ?? '', 8),
};

function readDocument(
  document: Document.Parsed,
  text: string,
  lines: LineCounter,
): Omit<YamlDocument, 'number'> {
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const lineOf: YamlDocument['lineOf'] = (path) => lineAt(offsetOf(document, path));
  joinFlowTexts(document, text);
  const problems = [
    ...document.errors.map(({ message, pos }) => ({ line: lineAt(pos[0]), message })),
    ...collectionKeys(document).map((offset) => ({ line: lineAt(offset), message: BAD_KEY })),
  ].map(({ line, message }) => ({ line, message: firstLine(message) }));
  if (problems.length > 0) return { value: undefined, problems, lineOf };
  try {
    return { value: document.toJS(), problems, lineOf };
  } catch (error) {
    // An alias without its anchor, or aliases that multiply without end.
    const problem = { line: lineOf([]), message: (error as Error).message };
    return { value: undefined, problems: [problem], lineOf };
  }
}

const BAD_KEY = 'a map or list as a key; a template that was not rendered?';

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/ at line \d+.*$/, '');
}

function collectionKeys(document: Document.Parsed): number[] {
  const offsets: number[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      if (isCollection(key)) offsets.push(key.range?.[0] ?? 0);
    },
  });
  return offsets;
}

/**
 * In `[2001:2::, a]` the specification sees a map, with the key `2001:2:`; Go's parser sees a text, since no space
 * follows the colon.
 */
function joinFlowTexts(document: Document.Parsed, text: string): void {
  visit(document, {
    Seq: (_, list) => {
      if (list.flow !== true) return;
      list.items.forEach((item, index) => {
        const [pair] = isMap(item) && item.items.length === 1 ? item.items : [];
        const joined = pair && joinedText(pair as Pair<ParsedNode, ParsedNode | null>, text);
        if (joined !== undefined) list.items[index] = document.createNode(joined);
      });
    },
  });
}

function joinedText(
  { key }: Pair<ParsedNode, ParsedNode | null>,
  text: string,
): string | undefined {
  if (!isScalar(key) || key.type !== 'PLAIN' || key.source === undefined) return undefined;
  const end = key.range[1];
  return /^:[,\]]/.test(text.slice(end, end + 2)) ? `${key.source}:` : undefined;
}

function offsetOf(document: Document.Parsed, path: readonly (string | number)[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as ParsedNode | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

/** YAML that kubectl reads back as the same value: what 1.1 takes for a boolean is quoted. */
export function toYaml(value: unknown): string {
  const options = { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false } as const;
  return stringify(value, { ...options, customTags });
}
