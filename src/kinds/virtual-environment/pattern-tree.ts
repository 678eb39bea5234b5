/** Stands for the value in a pattern. No pattern that is accepted contains this character. */
export const VALUE = '\0';

/** A part of a regex, as far as it decides which characters stand beside the value. */
export type Part =
  | { kind: 'value' }
  /** One character: a literal, a class, or an escape. */
  | { kind: 'character'; text: string }
  | { kind: 'sequence' | 'choice'; parts: readonly Part[] }
  | { kind: 'repeat'; part: Part; min: number; max: number };

const CLASS = /\[\^?\]?(?:\\.|\[:[^\]]*:\]|[^\]\\])*\]/sy;
const ESCAPE = /\\(?:x\{[^}]*\}|x..|.)/sy;
/** Parts that match no character. */
const EMPTY = /\^|\$|\\[AbBz]|\(\?[a-zA-Z-]+\)/y;
const GROUP_START = /\((?:\?(?:P?<\w+>|[a-zA-Z-]*:))?/y;
const COUNT = /(?:([*+?])|\{(\d+)(,(\d*))?\})\??/y;

interface Reading {
  pattern: string;
  at: number;
}

/**
 * The parts of a regex with `VALUE` in it. Undefined where it cannot be read here: the value within brackets or after a
 * backslash, and `\Q`. The rest must be a valid RE2 expression with a bounded depth.
 */
export function patternTree(pattern: string): Part | undefined {
  if (/\\[\0QE]/.test(pattern)) return undefined;
  const reading: Reading = { pattern, at: 0 };
  const tree = choice(reading);
  return tree !== undefined && reading.at === pattern.length ? tree : undefined;
}

function choice(reading: Reading): Part | undefined {
  const parts: Part[] = [];
  do {
    const part = sequence(reading);
    if (part === undefined) return undefined;
    parts.push(part);
  } while (token(reading, /\|/y) !== undefined);
  return { kind: 'choice', parts };
}

function sequence(reading: Reading): Part | undefined {
  const parts: Part[] = [];
  while (reading.at < reading.pattern.length && !/[|)]/.test(reading.pattern[reading.at] ?? '')) {
    if (token(reading, EMPTY) !== undefined) continue;
    const part = atom(reading);
    if (part === undefined) return undefined;
    parts.push(repeated(part, reading));
  }
  return { kind: 'sequence', parts };
}

function atom(reading: Reading): Part | undefined {
  if (token(reading, /\0/y) !== undefined) return { kind: 'value' };
  if (token(reading, GROUP_START) !== undefined) {
    const inner = choice(reading);
    return token(reading, /\)/y) === undefined ? undefined : inner;
  }
  const text = (token(reading, CLASS) ?? token(reading, ESCAPE) ?? token(reading, /./sy))?.[0];
  return text === undefined || text.includes(VALUE) ? undefined : { kind: 'character', text };
}

function repeated(part: Part, reading: Reading): Part {
  const count = token(reading, COUNT);
  if (count === undefined) return part;
  const [, sign, least = '0', comma, most] = count;
  if (sign !== undefined) {
    const max = sign === '?' ? 1 : Number.POSITIVE_INFINITY;
    return { kind: 'repeat', part, min: sign === '+' ? 1 : 0, max };
  }
  const min = Number(least);
  const max = comma === undefined ? min : Number(most || Number.POSITIVE_INFINITY);
  return { kind: 'repeat', part, min, max };
}

function token(reading: Reading, expression: RegExp): RegExpExecArray | undefined {
  expression.lastIndex = reading.at;
  const found = expression.exec(reading.pattern) ?? undefined;
  reading.at += found?.[0].length ?? 0;
  return found;
}
