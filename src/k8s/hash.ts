import { hash } from 'node:crypto';

/**
 * A hash of the parts in ten hex digits, for names and labels. The parts are joined with a character that no Kubernetes
 * name contains, so `('a', 'bc')` and `('ab', 'c')` give different hashes.
 */
export function hash10(...parts: readonly string[]): string {
  return hash('sha256', parts.join('\n')).slice(0, 10);
}

/** SHA-256 of a text, as 64 hex digits. Nobody can construct two texts with the same one. */
export function digest(text: string): string {
  return hash('sha256', text);
}
