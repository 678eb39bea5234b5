import { MESH } from '../../istio/gateway-name.ts';
import { headerKey } from '../../istio/header-name.ts';
import type { HTTPMatchRequest, StringMatch } from '../../istio/types.ts';
import { byText, jsonEqual } from '../../k8s/canonical.ts';
import type { Scope } from '../routes/scope.ts';
import { andPlace, type EntryOutcome, type Skip } from './and-place.ts';
import { areDisjoint, isKeptOut } from './disjoint.ts';
import { type SelectorEntry, withBeside } from './selectors.ts';

export interface Anded {
  /** Empty: there is nothing to route. */
  entries: HTTPMatchRequest[];
  skips: Skip[];
}

/**
 * A selector's entries ANDed into every entry of a route's `match` (absent: one entry that matches everything): each with each.
 * Entries that contradict the selector, or where a contradiction cannot be excluded, are left out.
 */
export function andMatch(
  entries: readonly HTTPMatchRequest[] | null | undefined,
  selector: readonly SelectorEntry[],
  scope: AndScope,
): Anded {
  const base = entries?.length ? entries : [{}];
  const made: HTTPMatchRequest[] = [];
  const skips: Skip[] = [];
  for (const entry of base) {
    for (const wanted of selector) {
      const outcome = andEntry(entry, wanted, scope);
      if ('skip' in outcome) skips.push(outcome.skip);
      else made.push(outcome.entry);
    }
  }
  // Istio drops a delegate's route when one of its entries contradicts the root. A copy without that entry would
  // be the only route that remains, and all other requests would find no route (mergeHTTPMatchRequests in virtualservice.go).
  if (scope.isDelegate && made.length > 0 && skips.length > 0) {
    return { entries: [], skips: skips.map((skip) => ({ ...skip, isHarmless: false })) };
  }
  return { entries: made, skips };
}

type AndScope = Pick<Scope, 'isDelegate' | 'shouldCompile'>;

function andEntry(
  entry: HTTPMatchRequest,
  { headers, sourceLabels, queryParams, beside, at }: SelectorEntry,
  scope: AndScope,
): EntryOutcome {
  let outcome: EntryOutcome = at === undefined ? { entry } : andPlace(entry, at);
  if (sourceLabels && 'entry' in outcome)
    outcome = andSourceLabels(outcome.entry, sourceLabels, scope);
  if (headers && 'entry' in outcome) outcome = andHeaders(outcome.entry, headers, scope);
  if (queryParams && 'entry' in outcome)
    outcome = andQueryParams(outcome.entry, queryParams, scope);
  return beside && 'entry' in outcome ? andBeside(outcome.entry, beside, scope) : outcome;
}

/** Names of parameters are compared as written. */
function andQueryParams(
  entry: HTTPMatchRequest,
  wanted: Record<string, StringMatch>,
  { shouldCompile = () => true }: AndScope,
): EntryOutcome {
  const own = entry.queryParams ?? {};
  const added: [string, StringMatch][] = [];
  const skips: Skip[] = [];
  for (const [name, value] of Object.entries(wanted).sort(([a], [b]) => byText(a, b))) {
    const present = Object.hasOwn(own, name) ? own[name] : undefined;
    if (present === undefined) added.push([name, value]);
    else if (!jsonEqual(present, value)) {
      const isComparable = present?.regex === undefined || shouldCompile(present.regex);
      skips.push({
        reason: `already has another condition on query parameter ${name}`,
        isHarmless: isComparable && areDisjoint(present, value),
      });
    }
  }
  const [skip] = [...skips.filter(({ isHarmless }) => isHarmless), ...skips];
  if (skip !== undefined) return { skip };
  return added.length === 0
    ? { entry }
    : { entry: { ...entry, queryParams: { ...own, ...Object.fromEntries(added) } } };
}

function andBeside(
  entry: HTTPMatchRequest,
  beside: NonNullable<SelectorEntry['beside']>,
  { shouldCompile = () => true }: AndScope,
): EntryOutcome {
  const own = conditionsByName(entry.headers);
  for (const [name, wanted] of Object.entries(beside.headers ?? {})) {
    const isContrary = (one: StringMatch) =>
      wanted.exact !== undefined &&
      (one?.regex === undefined || shouldCompile(one.regex)) &&
      areDisjoint(one, wanted);
    if (own.get(headerKey(name))?.some(isContrary)) {
      const reason = `already has another condition on header ${headerKey(name)}`;
      return { skip: { reason, isHarmless: true } };
    }
  }
  const together = withBeside(entry, beside);
  if (together !== undefined) return { entry: together };
  const reason = 'has too many conditions on the headers that carry refs';
  return { skip: { reason, isHarmless: false } };
}

function andHeaders(
  entry: HTTPMatchRequest,
  wanted: Record<string, StringMatch>,
  { shouldCompile = () => true }: AndScope,
): EntryOutcome {
  const only = onlyHeader(entry, wanted);
  if (only !== undefined) return { entry: { ...entry, headers: only } };
  const own = conditionsByName(entry.headers);
  const unwanted = conditionsByName(entry.withoutHeaders);
  const added = new Map<string, StringMatch>();
  const skips: Skip[] = [];
  // Sorted, so that the reason does not depend on the order of keys.
  for (const [name, value] of Object.entries(wanted).sort(([a], [b]) => byText(a, b))) {
    // Envoy compares header names in lower case.
    const key = headerKey(name);
    const mine = added.get(key);
    const present = mine === undefined ? (own.get(key) ?? []) : [mine];
    const skip = headerConflict(name, value, present, unwanted.get(key) ?? [], shouldCompile);
    if (skip !== undefined) skips.push(skip);
    else if (present.length === 0) added.set(key, value);
  }
  const [skip] = [...skips.filter(({ isHarmless }) => isHarmless), ...skips];
  if (skip !== undefined) return { skip };
  if (added.size === 0) return { entry };
  // Not by assignment: `__proto__` is a header name, too.
  return { entry: { ...entry, headers: { ...entry.headers, ...Object.fromEntries(added) } } };
}

/** Most envs have one header condition and most entries have none: then there is nothing to compare. */
function onlyHeader(
  { headers, withoutHeaders }: HTTPMatchRequest,
  wanted: Record<string, StringMatch>,
): Record<string, StringMatch> | undefined {
  const [only, second] = headers || withoutHeaders ? [] : Object.keys(wanted);
  if (only === undefined || second !== undefined) return undefined;
  return { [headerKey(only)]: wanted[only] as StringMatch };
}

/** `own`, `unwanted`: the entry's conditions on the header. */
function headerConflict(
  name: string,
  value: StringMatch,
  own: readonly StringMatch[],
  unwanted: readonly StringMatch[],
  shouldCompile: (pattern: string) => boolean,
): Skip | undefined {
  const isComparable = (one: StringMatch | null) =>
    one?.regex === undefined || shouldCompile(one.regex);
  const reason = `already has another condition on header ${name}`;
  if (unwanted.length > 0) {
    return {
      reason,
      isHarmless: unwanted.some((one) => isComparable(one) && isKeptOut(value, one)),
    };
  }
  if (own.length === 0 || own.some((one) => jsonEqual(one, value))) return undefined;
  return { reason, isHarmless: own.some((one) => isComparable(one) && areDisjoint(one, value)) };
}

const NONE: ReadonlyMap<string, StringMatch[]> = new Map();
/** Every match is ANDed into the same entries. */
const byName = new WeakMap<object, ReadonlyMap<string, StringMatch[]>>();

/** The conditions by header name in lower case. An entry may have thousands. */
function conditionsByName(
  headers: Record<string, StringMatch> | undefined,
): ReadonlyMap<string, StringMatch[]> {
  if (!headers) return NONE;
  const known = byName.get(headers) ?? sortedByName(headers);
  byName.set(headers, known);
  return known;
}

function sortedByName(headers: Record<string, StringMatch>): ReadonlyMap<string, StringMatch[]> {
  const found = new Map<string, StringMatch[]>();
  for (const [name, condition] of Object.entries(headers)) {
    const key = headerKey(name);
    const before = found.get(key);
    if (before === undefined) found.set(key, [condition]);
    else before.push(condition);
  }
  return found;
}

/** The conditions on a header, in any spelling of its name. If there are several, a request must meet all of them. */
export function conditionsOn(
  name: string,
  headers: Record<string, StringMatch> | undefined,
): StringMatch[] {
  return Object.entries(headers ?? {})
    .filter(([own]) => headerKey(own) === headerKey(name))
    .map(([, condition]) => condition);
}

/**
 * Beside `gateways` Istio ignores source conditions (istio `pilot/pkg/networking/core/route/route.go`,
 * sourceMatchHTTP): a copy with both would take the requests of all callers. So the copy has no `gateways`, and none of
 * the entry's source conditions, which had no effect beside it.
 */
function andSourceLabels(
  entry: HTTPMatchRequest,
  wanted: Record<string, string>,
  { isDelegate }: AndScope,
): EntryOutcome {
  if (Object.keys(wanted).length === 0) return { entry };
  // The root's `gateways` would be merged into the copy (mergeHTTPMatchRequest in `pilot/pkg/model/virtualservice.go`).
  if (isDelegate) {
    const reason = 'is in a delegate, where source labels may be ignored';
    return { skip: { reason, isHarmless: false } };
  }
  const { gateways, ...rest } = entry;
  if (gateways?.length) {
    const { sourceLabels: _labels, sourceNamespace: _namespace, ...kept } = rest;
    return gateways.includes(MESH)
      ? { entry: { ...kept, sourceLabels: wanted } }
      : {
          skip: {
            reason: 'is for gateways only, where source labels are not known',
            isHarmless: true,
          },
        };
  }
  const own = entry.sourceLabels ?? {};
  const contrary = Object.keys(wanted)
    .sort(byText)
    .find((key) => Object.hasOwn(own, key) && own[key] !== wanted[key]);
  if (contrary === undefined) return { entry: { ...entry, sourceLabels: { ...own, ...wanted } } };
  const reason = `already has another condition on source label ${contrary}`;
  return { skip: { reason, isHarmless: true } };
}
