import type { IstioMatch } from '../api/dynamicenv.ts';
import { MESH } from '../istio/gateway-name.ts';
import type { HTTPMatchRequest, StringMatch } from '../istio/types.ts';
import { byText, jsonEqual } from '../k8s/canonical.ts';
import { areDisjoint, isKeptOut } from './disjoint.ts';
import type { Scope } from './scope.ts';

/** Why an entry has no copy. `isHarmless`: no request of the env's can meet the entry, so nothing is lost. */
interface Skip {
  reason: string;
  isHarmless: boolean;
}

export interface Anded {
  /** Empty: there is nothing to route. */
  entries: HTTPMatchRequest[];
  skips: Skip[];
}

/**
 * The env's match ANDed into every entry of a route's `match` (absent: one entry that matches everything).
 * Entries in which the two cannot both hold, or where that cannot be told, are left out.
 */
export function andMatch(
  entries: readonly HTTPMatchRequest[] | null | undefined,
  match: IstioMatch,
  scope: Judging,
): Anded {
  const base = entries?.length ? entries : [{}];
  const made: HTTPMatchRequest[] = [];
  const skips: Skip[] = [];
  for (const entry of base) {
    const outcome = andEntry(entry, match, scope);
    if ('skip' in outcome) skips.push(outcome.skip);
    else made.push(outcome.entry);
  }
  // Istio drops a delegate's route when one of its entries contradicts the root; a copy without that entry would
  // stay, alone, and every other request would find no route (mergeHTTPMatchRequests in virtualservice.go).
  if (scope.isDelegate && made.length > 0 && skips.length > 0) {
    return { entries: [], skips: skips.map((skip) => ({ ...skip, isHarmless: false })) };
  }
  return { entries: made, skips };
}

type Judging = Pick<Scope, 'isDelegate' | 'isTold'>;

type EntryOutcome = { entry: HTTPMatchRequest } | { skip: Skip };

function andEntry(entry: HTTPMatchRequest, match: IstioMatch, scope: Judging): EntryOutcome {
  const labelled = andSourceLabels(entry, match.sourceLabels ?? {}, scope);
  return 'skip' in labelled ? labelled : andHeaders(labelled.entry, match.headers ?? {}, scope);
}

function andHeaders(
  entry: HTTPMatchRequest,
  wanted: Record<string, StringMatch>,
  { isTold = () => true }: Judging,
): EntryOutcome {
  const only = onlyHeader(wanted);
  if (only !== undefined && !entry.headers && !entry.withoutHeaders) {
    return { entry: { ...entry, headers: { [only.toLowerCase()]: wanted[only] as StringMatch } } };
  }
  let headers: Record<string, StringMatch> = { ...entry.headers };
  const skips: Skip[] = [];
  // Sorted, so that the reason told does not depend on the order of keys.
  for (const [name, value] of Object.entries(wanted).sort(([a], [b]) => byText(a, b))) {
    const skip = headerConflict({ ...entry, headers }, name, value, isTold);
    if (skip !== undefined) skips.push(skip);
    // Envoy compares header names in lower case only. Not by assignment: `__proto__` is a header name, too.
    else if (conditionsOn(name, headers).length === 0) {
      headers = { ...headers, [name.toLowerCase()]: value };
    }
  }
  const skip = skips.find(({ isHarmless }) => isHarmless) ?? skips[0];
  if (skip !== undefined) return { skip };
  return { entry: Object.keys(wanted).length === 0 ? entry : { ...entry, headers } };
}

/** Most envs ask for one header, and most entries for none: then there is nothing to compare. */
function onlyHeader(wanted: Record<string, StringMatch>): string | undefined {
  const names = Object.keys(wanted);
  return names.length === 1 ? names[0] : undefined;
}

function headerConflict(
  { headers, withoutHeaders }: HTTPMatchRequest,
  name: string,
  value: StringMatch,
  isTold: (pattern: string) => boolean,
): Skip | undefined {
  const canTell = (one: StringMatch | null) => one?.regex === undefined || isTold(one.regex);
  const reason = `already decides on header ${name} otherwise`;
  const unwanted = conditionsOn(name, withoutHeaders);
  if (unwanted.length > 0) {
    return { reason, isHarmless: unwanted.some((one) => canTell(one) && isKeptOut(value, one)) };
  }
  const own = conditionsOn(name, headers);
  if (own.length === 0 || own.some((one) => jsonEqual(one, value))) return undefined;
  return { reason, isHarmless: own.some((one) => canTell(one) && areDisjoint(one, value)) };
}

/** The conditions on a header, whatever its spelling: where there are several, all of them must hold. */
export function conditionsOn(
  name: string,
  headers: Record<string, StringMatch> | undefined,
): StringMatch[] {
  return Object.entries(headers ?? {})
    .filter(([own]) => own.toLowerCase() === name.toLowerCase())
    .map(([, condition]) => condition);
}

/**
 * Beside `gateways` Istio ignores source conditions (istio `pilot/pkg/networking/core/route/route.go`,
 * sourceMatchHTTP): kept together, the copy would take everybody's requests. So `gateways` goes, and with it those
 * conditions of the entry that it made void.
 */
function andSourceLabels(
  entry: HTTPMatchRequest,
  wanted: Record<string, string>,
  { isDelegate }: Judging,
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
      : { skip: { reason: 'is for gateways only, where no caller is known', isHarmless: true } };
  }
  const own = entry.sourceLabels ?? {};
  const contrary = Object.keys(wanted)
    .sort(byText)
    .find((key) => Object.hasOwn(own, key) && own[key] !== wanted[key]);
  if (contrary === undefined) return { entry: { ...entry, sourceLabels: { ...own, ...wanted } } };
  const reason = `already decides on source label ${contrary} otherwise`;
  return { skip: { reason, isHarmless: true } };
}
