import type { IstioMatch } from '../../../api/dynamicenv.ts';
import { byText } from '../../../k8s/canonical.ts';

/**
 * The matches in one line: `user=alice` (exact), `user^=al` (prefix), `user~a.*` (regex), `source app=web`; ` or ` between
 * them.
 */
export function matchText(matches: readonly IstioMatch[]): string {
  return matches
    .map(({ headers, sourceLabels }) =>
      [
        ...byName(headers).map(([name, value]) => {
          // The value is not checked if the spec is refused.
          const { exact, prefix, regex } = value ?? {};
          if (exact !== undefined) return `${name}=${exact}`;
          return prefix === undefined ? `${name}~${regex}` : `${name}^=${prefix}`;
        }),
        ...byName(sourceLabels).map(([key, value]) => `source ${key}=${value}`),
      ].join(','),
    )
    .join(' or ');
}

/** Sorted, so that the order of keys does not change the text. */
function byName<T>(map: Record<string, T> = {}): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => byText(a, b));
}
