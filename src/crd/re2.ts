import { RE2JS } from 're2js';
import { regexSize } from '../istio/regex-size.ts';
import { byteCache } from '../k8s/byte-cache.ts';

const MAX_BYTES = 8 * 1024 * 1024;
/** A compiled instruction, and the states that RE2JS caches for a few values. */
const BYTES_PER_INSTRUCTION = 800;
const MIN_BYTES = 2048;

const compiled = byteCache<RE2JS>(MAX_BYTES);

/**
 * Compiles an RE2 expression; throws when it is invalid. The patterns of the CRDs are cached: they are needed for every
 * object.
 * Users' regexes get here only after their size was checked (`withRegexBounds`).
 */
export function re2(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  const fresh = RE2JS.compile(pattern);
  compiled.set(pattern, fresh, MIN_BYTES + regexSize(pattern).size * BYTES_PER_INSTRUCTION);
  return fresh;
}
