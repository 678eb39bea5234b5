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
  /** Position in the file, from 1, empty documents counted. */
  number: number;
  value: unknown;
  /** Mistakes, with their line; then there is no value. */
  problems: YamlNote[];
  /** What kubectl passes over in silence. */
  warnings: YamlNote[];
  /** Line of a member, or of the nearest parent that is there. */
  lineOf(path: readonly (string | number)[]): number;
}

/**
 * The documents of a file as kubectl reads them, without the empty ones: YAML 1.1 (`yes` is true, 0644 is octal, `<<`
 * merges) as far as Go's parser knows it, which has no dates and no sexagesimal numbers.
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
      message: `kubectl takes no U+${code?.toUpperCase()} in YAML, or ends the line there: take it out, or write it by its number within double quotes`,
    });
  }
  try {
    const read = readTree(text, first);
    return json === undefined ? read : { ...read, value: json, problems: [] };
  } catch (error) {
    // The parser calls itself for each level.
    if ((error as Error).name !== 'RangeError') throw error;
    return refused({ line: first, message: 'nested too deeply' });
  }
}

function refused(problem: YamlNote): Read {
  return { value: undefined, problems: [problem], warnings: [], lineOf: () => problem.line };
}

/** What `readerc.go` refuses, and what ends a line in YAML 1.1 only. */
const CONTROL = /[^\t\n\r -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

function readTree(written: string, first: number): Read {
  // A line may end with CR alone, though a document may not.
  const text = written.replace(/\r\n?/g, '\n');
  const lines = new LineCounter();
  const { documents, strange } = treesOf(text, lines);
  const [document, ...others] = documents;
  // The end of the text is on its last line.
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
  const wrong = [...errors, ...strange, ...problems];
  const ignored = others.map(({ range }) => ({ offset: range[0], message: IGNORED }));
  return {
    value: wrong.length > 0 ? undefined : value,
    problems: wrong.map(noted),
    warnings: [...warnings, ...ignored].map(noted),
    lineOf,
  };
}

const IGNORED = 'kubectl reads nothing that stands behind "..."; write "---" instead';

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

/** YAML that kubectl reads back as the same value: a text that would be more without quotes gets them. */
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

/** It would write a key `<<` without quotes, whatever its node says. */
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

/** Several lines of which the first says no indentation, or one begins with a tab or is of blanks alone. */
const BAD_BLOCK = /^\s[\s\S]*\n|\n *\t|\n +(?:\n|$)/;

/** Refused by Go's parser, or taken for the end of a line; within double quotes they can be written by their number. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;
