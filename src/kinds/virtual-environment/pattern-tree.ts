/** Stands for the value in a pattern. No pattern that is accepted contains this character. */
export const VALUE = '\0';

/** A part of a regex, as far as it decides which characters stand beside the value. */
export type Part =
  | { kind: 'value' }
  /** One character: a literal, a class, or an escape, in a group `(?i:…)` where upper and lower case are the same. */
  | { kind: 'character'; regex: string }
  | { kind: 'sequence' | 'choice'; parts: readonly Part[] }
  | { kind: 'repeat'; part: Part; min: number; max: number };

const CLASS = /\[\^?\]?(?:\\.|\[:[^\]]*:\]|[^\]\\])*\]/sy;
const ESCAPE = /\\(?:x\{[^}]*\}|x..|.)/sy;
/** Parts that match no character. */
const EMPTY = /\^|\$|\\[AbBz]/y;
/** Flags for the rest of the group. */
const FLAGS = /\(\?([a-zA-Z-]+)\)/y;
const GROUP_START = /\((?:\?(?:P?<\w+>|([a-zA-Z-]*):))?/y;
const COUNT = /(?:([*+?])|\{(\d+)(,(\d*))?\})\??/y;

/** Each different class costs a call of the regex engine, and a place among the compiled regexes that all have. */
const MAX_CLASSES = 64;

interface Reading {
  pattern: string;
  at: number;
  /** The different expressions of one character, other than a literal or a quoted one. */
  classes: Set<string>;
  /** Are upper and lower case the same here? */
  ignoresCase: boolean;
  /** Are they where a value stands? */
  ignoresCaseOfValue: boolean;
}

/**
 * The parts of a regex with `VALUE` in it; or why it cannot be used, as a sentence whose subject is the pattern. Apart from `VALUE` it
 * must be a valid RE2 expression with a bounded depth.
 */
export function patternTree(pattern: string): { tree: Part } | { problem: string } {
  const reading: Reading = {
    pattern,
    at: 0,
    classes: new Set(),
    ignoresCase: false,
    ignoresCaseOfValue: false,
  };
  const tree = /\\[\0QE]/.test(pattern) ? undefined : choice(reading);
  if (tree === undefined || reading.at < pattern.length) {
    return {
      problem:
        'has its placeholder within brackets or a quoted text: let it stand by itself, and quote single characters with a backslash',
    };
  }
  if (reading.ignoresCaseOfValue) {
    return {
      problem:
        'has its placeholder where the flag i makes upper and lower case the same, so "dev.a" could be taken for "dev.A": let the flag hold for other parts only, as in (?i:env=)(@)',
    };
  }
  const { size } = reading.classes;
  if (size > MAX_CLASSES) {
    return {
      problem: `has ${size} different classes of characters, and at most ${MAX_CLASSES} can be checked: write the same class wherever you can`,
    };
  }
  return { tree };
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
    const flags = token(reading, FLAGS);
    if (flags !== undefined) {
      setFlags(reading, flags[1]);
      continue;
    }
    if (token(reading, EMPTY) !== undefined) {
      token(reading, COUNT);
      continue;
    }
    const part = atom(reading);
    if (part === undefined) return undefined;
    parts.push(repeated(part, reading));
  }
  return { kind: 'sequence', parts };
}

function atom(reading: Reading): Part | undefined {
  if (token(reading, /\0/y) !== undefined) {
    reading.ignoresCaseOfValue ||= reading.ignoresCase;
    return { kind: 'value' };
  }
  const group = token(reading, GROUP_START);
  if (group !== undefined) {
    const { ignoresCase } = reading;
    setFlags(reading, group[1]);
    const inner = choice(reading);
    reading.ignoresCase = ignoresCase;
    return token(reading, /\)/y) === undefined ? undefined : inner;
  }
  const text = (token(reading, CLASS) ?? token(reading, ESCAPE) ?? token(reading, /./sy))?.[0];
  if (text === undefined || text.includes(VALUE)) return undefined;
  const regex = reading.ignoresCase ? `(?i:${text})` : text;
  if (regex.length > 2) reading.classes.add(regex);
  return { kind: 'character', regex };
}

/** Flags after a hyphen are taken back. */
function setFlags(reading: Reading, flags = ''): void {
  const [set = '', takenBack = ''] = flags.split('-');
  if (set.includes('i')) reading.ignoresCase = true;
  if (takenBack.includes('i')) reading.ignoresCase = false;
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
