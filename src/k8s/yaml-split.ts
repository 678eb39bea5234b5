/** The text of one document, not yet parsed. */
export interface Chunk {
  /** The document's number in the file, from 1. Empty documents count. */
  number: number;
  text: string;
  /** Line of its first character in the file, from 1. */
  line: number;
  /** The parsed value, for a document of a JSON stream; absent for YAML. */
  json?: unknown;
  /** Why the document cannot be read. Then kubectl reads nothing after it. */
  problem?: string;
}

/**
 * The documents of a file, separated as kubectl does: `YAMLOrJSONDecoder` and `YAMLReader` in
 * `k8s.io/apimachinery/pkg/util/yaml/decoder.go`. A file that begins with `{` is tried as a stream of JSON values
 * first. Otherwise each line that begins with `---` separates two documents, even within a block scalar, whatever the
 * YAML specification says.
 */
export function splitDocuments(file: string): Chunk[] {
  const text = file.startsWith('\uFEFF') ? file.slice(1) : file;
  if (!/^\s*\{/.test(text)) return splitYaml(text, 1, 1);
  const { chunks, end } = jsonStream(text);
  if (text.slice(end).trim() === '') return chunks;
  const line = lineAt(text, end);
  if (chunks.length > 1) {
    const problem = 'expected another JSON object, or nothing';
    return [...chunks, { number: chunks.length + 1, text: '', line, problem }];
  }
  return [...chunks, ...splitYaml(text.slice(end), line, chunks.length + 1)];
}

const BAD_BORDER =
  'nothing but a comment may follow "---": kubectl refuses it; use a line of its own';

function splitYaml(text: string, first: number, firstNumber: number): Chunk[] {
  const chunks: Chunk[] = [];
  let lines: string[] = [];
  let number = firstNumber;
  let isBegun = false;
  const all = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  for (const [index, line] of all.entries()) {
    const border = /^---\s*(.?)/.exec(line)?.[1];
    if (border === undefined) {
      lines.push(line);
      isBegun ||= !/^\s*(?:#|$)/.test(line);
      continue;
    }
    chunks.push(...chunkOf(lines, first + index, number));
    if (isBegun) number += 1;
    isBegun = true;
    if (border !== '' && border !== '#') {
      return [...chunks, { number, text: '', line: first + index, problem: BAD_BORDER }];
    }
    // The decoder removes the separator only when lines precede it.
    lines = lines.length === 0 ? [line] : [];
  }
  return [...chunks, ...chunkOf(lines, first + all.length, number)];
}

/** A document of the given lines, which end before the line `end`. */
function chunkOf(lines: readonly string[], end: number, number: number): Chunk[] {
  if (lines.length === 0) return [];
  return [{ number, text: `${lines.join('\n')}\n`, line: end - lines.length }];
}

/** The JSON values at the beginning of the text. `end`: the offset of the first thing that is no JSON object. */
function jsonStream(text: string): { chunks: Chunk[]; end: number } {
  const chunks: Chunk[] = [];
  let end = 0;
  for (;;) {
    const start = end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0);
    const stop = endOfJson(text, start);
    if (stop === undefined) return { chunks, end };
    const part = text.slice(start, stop);
    try {
      const number = chunks.length + 1;
      chunks.push({ number, text: part, line: lineAt(text, start), json: JSON.parse(part) });
    } catch {
      return { chunks, end };
    }
    end = stop;
  }
}

/** The offset after the brace that closes the one at `start`. */
function endOfJson(text: string, start: number): number | undefined {
  if (text[start] !== '{') return undefined;
  const token = /"(?:[^"\\]|\\[\s\S])*"|[{}]/g;
  token.lastIndex = start;
  let depth = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === '{') depth += 1;
    if (found[0] === '}') depth -= 1;
    if (depth === 0) return token.lastIndex;
  }
  return undefined;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
