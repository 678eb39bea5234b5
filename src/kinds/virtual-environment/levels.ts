import { byText } from '../../k8s/canonical.ts';
import type { LevelRules } from './types.ts';

/**
 * The value and its ancestors, the longest first: each prefix that ends before a splitter.
 *
 *     borderedPrefixes('dev.proj1.user1', '.') = ['dev.proj1.user1', 'dev.proj1', 'dev']
 */
export function borderedPrefixes(value: string, splitter: string): string[] {
  const prefixes = [value];
  for (let at = value.lastIndexOf(splitter); at > 0; at = value.lastIndexOf(splitter, at - 1)) {
    prefixes.push(value.slice(0, at));
  }
  return prefixes;
}

/** The most specific version that serves a value: the value itself, or its nearest ancestor among the routable ones. */
export function longestOf(
  value: string,
  routable: { has(value: string): boolean },
  { splitter }: Pick<LevelRules, 'splitter'>,
): string | undefined {
  return borderedPrefixes(value, splitter).find((prefix) => routable.has(prefix));
}

/** Order of routes: the longest value first, so that no ancestor takes a request of its descendant; then by text. */
export function longestFirst(a: string, b: string): number {
  return b.length - a.length || byText(a, b);
}
