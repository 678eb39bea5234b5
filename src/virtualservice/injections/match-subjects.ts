import { headerKey } from '../../istio/header-name.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import type { Group } from './groups.ts';

/** The headers that the groups' matches have conditions on, and whether one has source labels. */
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

/** Does the route have a condition on one of the subjects? */
export function hasConditionOn({ match }: HTTPRoute, { headers, hasLabels }: Subjects): boolean {
  return (match ?? []).some((entry) => {
    const hasCallerCondition = entry.sourceLabels || entry.sourceNamespace || entry.gateways;
    return (
      (hasLabels && hasCallerCondition !== undefined) ||
      names(entry.headers, headers) ||
      names(entry.withoutHeaders, headers)
    );
  });
}

function names(conditions: object | undefined, headers: ReadonlySet<string>): boolean {
  for (const name in conditions) if (headers.has(headerKey(name))) return true;
  return false;
}
