import { RE2JS } from 're2js';

const CACHE_SIZE = 512;
const compiled = new Map<string, RE2JS>();

/** Compiles an RE2 expression (throws when it is none); the CRDs' own few patterns come back with every object. */
export function re2(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  const fresh = RE2JS.compile(pattern);
  const [oldest] = compiled.keys();
  if (oldest !== undefined && compiled.size >= CACHE_SIZE) compiled.delete(oldest);
  compiled.set(pattern, fresh);
  return fresh;
}
