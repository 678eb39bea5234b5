import { hash } from 'node:crypto';

/**
 * Ten hex digits that stand for the parts, in names and labels. The parts are joined by a character that no
 * Kubernetes name contains, so `('a', 'bc')` and `('ab', 'c')` differ.
 */
export function hash10(...parts: readonly string[]): string {
  return hash('sha256', parts.join('\n')).slice(0, 10);
}

/** 64 hex digits that stand for a text: nobody finds two texts with the same ones (SHA-256). */
export function digest(text: string): string {
  return hash('sha256', text);
}
