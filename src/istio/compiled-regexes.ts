import { RE2JS } from 're2js';
import { byteCache } from '../k8s/byte-cache.ts';
import { regexBoundProblem } from './regex-bounds.ts';
import { regexSize } from './regex-size.ts';

interface Entry {
  regex: RE2JS | Error;
  /** Instructions at most. */
  size: number;
}

/** What an instruction takes once it is compiled. Measured: 330 bytes. */
const BYTES_PER_INSTRUCTION = 400;
/** What trying one instruction on a byte may leave behind, as states are remembered. Measured: 3.4 bytes. */
const BYTES_PER_STEP = 4;
const LEAST_BYTES = 2048;
const MAX_BYTES = 16 * 1024 * 1024;

/** An escape above `\xff`: RE2 for Latin-1 takes none. */
const HIGH_ESCAPE = /\\(?:x\{0*[1-9a-f][0-9a-f]{2,}\}|[4-7][0-7]{2})/i;

const known = byteCache<Entry>(MAX_BYTES);

/** Why the text is no RE2 expression; undefined: it is one, or it is beyond the bounds, and not compiled to find out. */
export function regexSyntaxProblem(pattern: string): string | undefined {
  const regex = entryOf(pattern)?.regex;
  return regex instanceof Error ? regex.message : undefined;
}

/**
 * Does the expression match the whole value, both read as Envoy reads them: the bytes of their UTF-8, each one a character?
 * Undefined where that is not known: it is no expression, Envoy refuses it, it is beyond the bounds, or it would take more
 * than `maxSteps` (an instruction on a byte is a step; a million take some 75 ms).
 */
export function regexVerdict(
  pattern: string,
  value: string,
  maxSteps: number,
): boolean | undefined {
  const entry = entryOf(pattern);
  if (entry === undefined || entry.regex instanceof Error) return undefined;
  const text = asBytes(value);
  const steps = entry.size * text.length;
  if (steps > maxSteps || HIGH_ESCAPE.test(pattern)) return undefined;
  known.grow(pattern, steps * BYTES_PER_STEP);
  return entry.regex.matches(text);
}

/**
 * Compiling is slow and the same few expressions come back with every call. Together they take no more than 16 MiB, with what
 * they remember of the values that they were tried on. The oldest goes first.
 */
function entryOf(pattern: string): Entry | undefined {
  const before = known.get(pattern);
  if (before !== undefined) return before;
  if (regexBoundProblem(pattern) !== undefined) return undefined;
  const { size } = regexSize(pattern);
  const entry = { regex: compile(asBytes(pattern)), size };
  known.set(pattern, entry, LEAST_BYTES + pattern.length * 2 + size * BYTES_PER_INSTRUCTION);
  return entry;
}

function compile(pattern: string): RE2JS | Error {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A text with one character for each byte of its UTF-8: what RE2 sees that reads Latin-1. */
function asBytes(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length === text.length ? text : bytes.toString('latin1');
}
