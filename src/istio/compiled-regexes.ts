import { RE2JS } from 're2js';
import { byteCache } from '../k8s/byte-cache.ts';
import { regexBoundProblem } from './regex-bounds.ts';
import { regexSize } from './regex-size.ts';

interface Entry {
  regex: RE2JS | Error;
  /** Upper bound of its instructions. */
  size: number;
}

/** Memory of one compiled instruction. Measured: 330 bytes. */
const BYTES_PER_INSTRUCTION = 400;
/**
 * Memory that one instruction may add for each byte that is matched, because RE2JS caches states. Measured: 3.4 bytes.
 */
const BYTES_PER_STEP = 4;
const MIN_BYTES = 2048;
const MAX_BYTES = 16 * 1024 * 1024;

/** An escape above `\xff`. RE2 for Latin-1 refuses it. */
const HIGH_ESCAPE = /\\(?:x\{0*[1-9a-f][0-9a-f]{2,}\}|[4-7][0-7]{2})/i;

const known = byteCache<Entry>(MAX_BYTES);

/** Why the text is no valid RE2 expression. Undefined when it is valid, or too large to be compiled here. */
export function regexSyntaxProblem(pattern: string): string | undefined {
  const regex = entryOf(pattern)?.regex;
  return regex instanceof Error ? regex.message : undefined;
}

/**
 * Does the expression match the whole value? Both are read as Envoy reads them: each byte of their UTF-8 is one
 * character.
 * Undefined where this is unknown: the expression is invalid, Envoy refuses it, it is too large to be compiled here, or
 * it would take more than `maxSteps`. A step is one instruction on one byte; a million steps take about 75 ms.
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
 * A cache: compiling is slow, and the same few expressions come with every call. All entries together, with the states
 * that RE2JS caches in them, take at most 16 MiB. The oldest is removed first.
 */
function entryOf(pattern: string): Entry | undefined {
  const before = known.get(pattern);
  if (before !== undefined) return before;
  if (regexBoundProblem(pattern) !== undefined) return undefined;
  const { size } = regexSize(pattern);
  const entry = { regex: compile(asBytes(pattern)), size };
  known.set(pattern, entry, MIN_BYTES + pattern.length * 2 + size * BYTES_PER_INSTRUCTION);
  return entry;
}

function compile(pattern: string): RE2JS | Error {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A text with one character for each byte of its UTF-8: what RE2 for Latin-1 reads. */
function asBytes(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length === text.length ? text : bytes.toString('latin1');
}
