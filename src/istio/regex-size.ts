/**
 * Upper bounds for the program that RE2 compiles from an expression. They are computed from its text in linear time,
 * without compiling it: compiling is the expensive part. `size` is never less than RE2's own count for Latin-1
 * (`ProgramSize`), which Envoy compares with its limit. An invalid expression has a size too: only a compiler detects
 * it.
 */
export interface RegexSize {
  /** Maximum number of instructions. */
  size: number;
  /** Levels of nested groups. */
  depth: number;
}

/** Instructions that RE2 adds to every program. */
const FRAME = 6;
const DOT = 2;
const PERL_CLASS = 5;
/** A Unicode class has at most this many ranges below 256. */
const UNICODE_CLASS = 24;
/** A letter beyond ASCII has two bytes when case is ignored. */
const HIGH = 2;
const CAPTURE = 2;
/** One instruction, and a second one around an expression that may be empty. */
const LOOP = 2;

const GROUP_START = /\?(?:P?<\w+>|[a-zA-Z-]*:)/y;
const COUNT = /\{(\d+)(?:(,)(\d*))?\}/y;
const HEX = /\\x(?:\{[^}]*\}|..)/sy;
const UNICODE = /\\[pP](?:\{[^}]*\}|.)/sy;
const QUOTED = /\\Q(.*?)(?:\\E|$)/sy;
/** A `]` at the beginning is a member of the class, and so is one that ends a named class. */
const CLASS = /\[\^?\]?(?:\\.|\[:[^\]]*:\]|[^\]\\])*\]?/sy;
/** A member of a class, or a range. */
const MEMBER =
  /\\x(?:\{[^}]*\}|..)|\\[pP](?:\{[^}]*\}|.)|\\.|\[:[^\]]*:\]|[0-9A-Za-z]-[0-9A-Za-z]|./gs;

interface Level {
  sum: number;
  /** Size of the last atom: a following repetition applies to it. */
  last: number;
}

interface Reading {
  pattern: string;
  ignoresCase: boolean;
  /** The open groups, the innermost last. The first level is the whole expression. */
  levels: Level[];
  depth: number;
}

/** Adds the size of the token at a position. Returns the length of the token. */
type Reader = (reading: Reading, at: number) => number;

export function regexSize(pattern: string): RegexSize {
  const ignoresCase = /\(\?[a-zA-Z]*i/.test(pattern);
  const reading: Reading = { pattern, ignoresCase, levels: [emptyLevel()], depth: 0 };
  for (let at = 0; at < pattern.length; ) {
    at += (READERS[pattern[at] as string] ?? readLiteral)(reading, at);
  }
  const size = reading.levels.reduce((sum, level) => sum + level.sum, FRAME);
  return { size, depth: reading.depth };
}

const READERS: Readonly<Record<string, Reader | undefined>> = {
  '\\': readEscape,
  '[': (reading, at) => {
    const token = sticky(CLASS, reading.pattern, at)?.[0] ?? '[';
    return atom(reading, classSize(token, reading.ignoresCase), token.length);
  },
  '(': (reading, at) => {
    reading.levels.push(emptyLevel());
    reading.depth = Math.max(reading.depth, reading.levels.length - 1);
    return 1 + (sticky(GROUP_START, reading.pattern, at + 1)?.[0].length ?? 0);
  },
  ')': (reading) => {
    const inner = reading.levels.pop()?.sum ?? 0;
    if (reading.levels.length === 0) reading.levels.push(emptyLevel());
    return atom(reading, inner + CAPTURE, 1);
  },
  '{': (reading, at) => {
    const count = sticky(COUNT, reading.pattern, at);
    if (count === undefined) return atom(reading, 1, 1);
    repeat(top(reading), count);
    return count[0].length;
  },
  '*': readLoop,
  '+': readLoop,
  '?': readLoop,
  '.': (reading) => atom(reading, DOT, 1),
};

function readLiteral(reading: Reading, at: number): number {
  return atom(reading, literal(reading.pattern[at] as string), 1);
}

function readLoop(reading: Reading): number {
  const level = top(reading);
  level.sum += LOOP;
  level.last += LOOP;
  return 1;
}

function readEscape(reading: Reading, at: number): number {
  const quoted = sticky(QUOTED, reading.pattern, at);
  if (quoted === undefined) {
    const token = escapeAt(reading.pattern, at);
    return atom(reading, escapeSize(token), token.length);
  }
  for (const char of quoted[1] ?? '') atom(reading, literal(char), 1);
  return quoted[0].length;
}

function atom(reading: Reading, size: number, length: number): number {
  const level = top(reading);
  level.sum += size;
  level.last = size;
  return length;
}

/** There is always at least one level. */
function top({ levels }: Reading): Level {
  return levels.at(-1) as Level;
}

function emptyLevel(): Level {
  return { sum: 0, last: 0 };
}

/**
 * `{2}`, `{2,}`, `{2,5}`. RE2 reads some counts with leading zeros as literal text, so the result is at least the
 * length of the text.
 */
function repeat(level: Level, [text, min, comma, max]: RegExpExecArray): void {
  const least = Number(min);
  const most = Number(max || min);
  const one = level.last;
  const optional = comma === undefined ? 0 : Math.max(most - least, 1);
  const made = Math.max(one * Math.max(least, most, comma === undefined ? 0 : 1) + optional, 1);
  const all = Math.max(made, text.length + one);
  level.sum += all - one;
  level.last = all;
}

function sticky(expression: RegExp, text: string, at: number): RegExpExecArray | undefined {
  expression.lastIndex = at;
  return expression.exec(text) ?? undefined;
}

function escapeAt(pattern: string, at: number): string {
  const long = sticky(HEX, pattern, at) ?? sticky(UNICODE, pattern, at);
  return long?.[0] ?? pattern.slice(at, at + 2);
}

function escapeSize(token: string): number {
  if (/^\\[pP]/.test(token)) return UNICODE_CLASS;
  return /^\\[dDsSwW]/.test(token) ? PERL_CLASS : HIGH;
}

/** One range for each member. A negated class has one more: the ranges between its members. */
function classSize(token: string, ignoresCase: boolean): number {
  const inner = token.replace(/^\[\^?/, '').replace(/\]$/, '');
  let size = 1;
  for (const [member] of inner.matchAll(MEMBER)) {
    if (/^\\[pP]/.test(member)) size += UNICODE_CLASS;
    else if (/^\\[dDsSwW]|^\[:/.test(member)) size += PERL_CLASS;
    else size += literal(member[0] as string) * (ignoresCase ? 2 : 1);
  }
  return size;
}

/** A character beyond ASCII has two to four bytes. RE2 compiles each byte separately. */
function literal(char: string): number {
  return char.charCodeAt(0) < 0x80 ? 1 : 3 * HIGH;
}
