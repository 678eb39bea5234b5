import { headerKey } from '../../istio/header-name.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import type { Group } from './groups.ts';

/** What the groups' selectors have conditions on: headers, query parameters, and whether one has source labels. */
export interface Subjects {
  headers: ReadonlySet<string>;
  parameters: ReadonlySet<string>;
  hasLabels: boolean;
}

export function subjectsOf(groups: readonly Group[]): Subjects {
  const headers = new Set<string>();
  const parameters = new Set<string>();
  let hasLabels = false;
  for (const { selector } of groups) {
    for (const { headers: plain, beside, queryParams, sourceLabels } of selector.entries) {
      for (const map of [plain, beside?.headers, beside?.withoutHeaders]) addNames(map, headers);
      for (const name in queryParams) parameters.add(name);
      for (const _label in sourceLabels) hasLabels = true;
    }
  }
  return { headers, parameters, hasLabels };
}

function addNames(map: object | undefined, headers: Set<string>): void {
  for (const name in map) headers.add(headerKey(name));
}

/** Does the route have a condition on one of the subjects? */
export function hasConditionOn(
  { match }: HTTPRoute,
  { headers, parameters, hasLabels }: Subjects,
): boolean {
  return (match ?? []).some((entry) => {
    const hasCallerCondition = entry.sourceLabels || entry.sourceNamespace || entry.gateways;
    return (
      (hasLabels && hasCallerCondition !== undefined) ||
      names(entry.headers, headers) ||
      names(entry.withoutHeaders, headers) ||
      Object.keys(entry.queryParams ?? {}).some((name) => parameters.has(name))
    );
  });
}

function names(conditions: object | undefined, headers: ReadonlySet<string>): boolean {
  for (const name in conditions) if (headers.has(headerKey(name))) return true;
  return false;
}
