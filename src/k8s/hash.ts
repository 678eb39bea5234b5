import { createHash } from 'node:crypto';

/**
 * Ten hex digits that stand for the parts, in names and labels. The parts are joined by a character that no
 * Kubernetes name contains, so `('a', 'bc')` and `('ab', 'c')` differ.
 */
export function hash10(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 10);
}
