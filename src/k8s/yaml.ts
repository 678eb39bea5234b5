import { Document, LineCounter, type ParsedNode, type Tags, visit } from 'yaml';
import { plainValue } from './yaml-plain.ts';
import { type Chunk, splitDocuments } from './yaml-split.ts';
import { treesOf } from './yaml-tree.ts';
import { meaningOf, type Remark } from './yaml-value.ts';

export interface YamlNote {
  line: number;
  message: string;
}

export interface YamlDocument {
  /** The document's number in the file, from 1. Empty documents count. */
  number: number;
  value: unknown;
  /** Errors with their lines. With errors there is no value. */
  problems: YamlNote[];
  /** What kubectl ignores silently. */
  warnings: YamlNote[];
  /** Line of a member, or of its nearest parent that exists. */
  lineOf(path: readonly (string | number)[]): number;
}

/**
 * The documents of a file as kubectl reads them, without the empty ones: YAML 1.1 (`yes` is true, 0644 is octal, `<<`
 * merges) as Go's parser implements it, without dates and sexagesimal numbers.
 */
export function parseYaml(text: string): YamlDocument[] {
  return splitDocuments(text).flatMap((chunk) => {
    const read = readChunk(chunk);
    return read.value === null ? [] : [{ ...read, number: chunk.number }];
  });
}

type Read = Omit<YamlDocument, 'number'>;

function readChunk(chunk: Chunk): Read {
  const { text, line: first, problem, json } = chunk;
  if (problem !== undefined) return refused({ line: first, message: problem });
  const control = CONTROL.exec(text);
  if (control !== null) {
    const code = text.codePointAt(control.index)?.toString(16).padStart(4, '0');
    const line = first + text.slice(0, control.index).split('\n').length - 1;
    return refused({
      line,
      message: `kubectl refuses U+${code?.toUpperCase()} in YAML, or ends the line there: remove it, or write it as an escape within double quotes`,
    });
  }
  try {
    const read = readTree(text, first);
    return json === undefined ? read : { ...read, value: json, problems: [] };
  } catch (error) {
    // The parser is recursive: deep nesting exhausts the stack.
    if ((error as Error).name !== 'RangeError') throw error;
    return refused({ line: first, message: 'nested too deeply' });
  }
}

function refused(problem: YamlNote): Read {
  return { value: undefined, problems: [problem], warnings: [], lineOf: () => problem.line };
}

/** Characters that `readerc.go` refuses, and those that end a line only in YAML 1.1. */
const CONTROL = /[^\t\n\r -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

function readTree(written: string, first: number): Read {
  // Within a document a lone CR ends a line; between documents it does not.
  const text = written.replace(/\r\n?/g, '\n');
  const lines = new LineCounter();
  const { documents, unsupported } = treesOf(text, lines);
  const [document, ...others] = documents;
  // An offset at the end of the text counts as the last line.
  const last = text.trimEnd().length;
  const lineAt = (offset: number) => first + lines.linePos(Math.min(offset, last)).line - 1;
  const noted = ({ offset, message }: Remark) => ({ line: lineAt(offset), message });
  const lineOf: YamlDocument['lineOf'] = (path) => lineAt(offsetOf(document, path));
  if (document === undefined) return { value: null, problems: [], warnings: [], lineOf };
  const errors = document.errors.map(({ message, pos }) => ({
    offset: pos[0],
    message: firstLine(message),
  }));
  const { value, problems, warnings } = meaningOf(document.contents);
  const wrong = [...errors, ...unsupported, ...problems];
  const ignored = others.map(({ range }) => ({ offset: range[0], message: IGNORED }));
  return {
    value: wrong.length > 0 ? undefined : value,
    problems: wrong.map(noted),
    warnings: [...warnings, ...ignored].map(noted),
    lineOf,
  };
}

const IGNORED = 'kubectl ignores everything after "..."; write "---" instead';

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/ at line \d+.*$/, '');
}

function offsetOf(
  document: Document.Parsed | undefined,
  path: readonly (string | number)[],
): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document?.getIn(path.slice(0, length), true) as ParsedNode | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

/**
 * Writes YAML that kubectl reads back as the same value. A string that kubectl would read as another type gets quotes.
 */
export function toYaml(value: unknown): string {
  const document = new Document(value, {
    version: '1.1',
    customTags: (tags) => tags.filter((tag) => !isMerge(tag)),
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && needsQuotes(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document
    .toString({ lineWidth: 0 })
    .replace(
      UNPRINTABLE,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

/** With this tag the library writes a key `<<` without quotes, even when its node asks for them. */
function isMerge(tag: Tags[number]): boolean {
  return tag === 'merge' || (typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:merge');
}

function needsQuotes(text: string): boolean {
  return (
    typeof plainValue(text) !== 'string' ||
    text === '<<' ||
    text.search(UNPRINTABLE) >= 0 ||
    BAD_BLOCK.test(text)
  );
}

/**
 * Several lines that a block scalar cannot hold: the first begins with a blank, or a later one begins with a tab or
 * consists of blanks.
 */
const BAD_BLOCK = /^\s[\s\S]*\n|\n *\t|\n +(?:\n|$)/;

/**
 * Characters that Go's parser refuses or takes for the end of a line. Within double quotes they are written as escapes.
 */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;
