import { headerKey } from '../../istio/header-name.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import type { Group } from './groups.ts';

/** What the matches of the groups are about. */
export interface Subjects {
  headers: ReadonlySet<string>;
  hasLabels: boolean;
}

export function subjectsOf(groups: readonly Group[]): Subjects {
  const headers = new Set<string>();
  let hasLabels = false;
  for (const { match } of groups) {
    for (const name in match.headers) headers.add(headerKey(name));
    for (const _label in match.sourceLabels) hasLabels = true;
  }
  return { headers, hasLabels };
}

/** Does the route say anything about one of the subjects? */
export function says({ match }: HTTPRoute, { headers, hasLabels }: Subjects): boolean {
  return (match ?? []).some((entry) => {
    const isAboutCallers = entry.sourceLabels || entry.sourceNamespace || entry.gateways;
    return (
      (hasLabels && isAboutCallers !== undefined) ||
      names(entry.headers, headers) ||
      names(entry.withoutHeaders, headers)
    );
  });
}

function names(conditions: object | undefined, headers: ReadonlySet<string>): boolean {
  for (const name in conditions) if (headers.has(headerKey(name))) return true;
  return false;
}
