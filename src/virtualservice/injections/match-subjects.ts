import { headerKey } from '../../istio/header-name.ts';
import type { HTTPRoute } from '../../istio/types.ts';
import { hasKeys } from '../../k8s/json-map.ts';
import type { Group } from './groups.ts';
import type { SelectorEntry } from './selectors.ts';

/** What the groups' selectors have conditions on: headers, query parameters, and whether one has source labels. */
export interface Subjects {
  headers: ReadonlySet<string>;
  parameters: ReadonlySet<string>;
  hasLabels: boolean;
  /** An entry has no condition at all: every request meets it. */
  hasOpen: boolean;
}

export function subjectsOf(groups: readonly Group[]): Subjects {
  const headers = new Set<string>();
  const parameters = new Set<string>();
  let hasLabels = false;
  let hasOpen = false;
  for (const { selector } of groups) {
    for (const entry of selector.entries) {
      const { headers: plain, beside, queryParams, sourceLabels } = entry;
      for (const map of [plain, beside?.headers, beside?.withoutHeaders]) addNames(map, headers);
      for (const name in queryParams) parameters.add(name);
      hasLabels ||= hasKeys(sourceLabels);
      hasOpen ||= isOpen(entry);
    }
  }
  return { headers, parameters, hasLabels, hasOpen };
}

function isOpen({ headers, sourceLabels, queryParams, beside }: SelectorEntry): boolean {
  const maps = [headers, sourceLabels, queryParams, beside?.headers, beside?.withoutHeaders];
  return !maps.some(hasKeys);
}

function addNames(map: object | undefined, headers: Set<string>): void {
  for (const name in map) headers.add(headerKey(name));
}

/** Those of both. */
export function allSubjects(a: Subjects, b: Subjects): Subjects {
  return {
    headers: new Set([...a.headers, ...b.headers]),
    parameters: new Set([...a.parameters, ...b.parameters]),
    hasLabels: a.hasLabels || b.hasLabels,
    hasOpen: a.hasOpen || b.hasOpen,
  };
}

/** May a match of one cover a match of the other? It has no condition on something else (see `covers`). */
export function haveCommon(a: Subjects, b: Subjects): boolean {
  return (
    a.hasOpen ||
    b.hasOpen ||
    (a.hasLabels && b.hasLabels) ||
    [...a.headers].some((name) => b.headers.has(name)) ||
    [...a.parameters].some((name) => b.parameters.has(name))
  );
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
