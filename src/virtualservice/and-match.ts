import type { IstioMatch } from '../api/dynamicenv.ts';
import { MESH } from '../istio/gateway-name.ts';
import type { HTTPMatchRequest, StringMatch } from '../istio/types.ts';
import { jsonEqual } from '../k8s/canonical.ts';
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
  scope: Pick<Scope, 'isDelegate'>,
): Anded {
  const base = entries?.length ? entries : [{}];
  const outcomes = base.map((entry) => andEntry(entry, match, scope));
  return {
    entries: outcomes.flatMap((outcome) => ('skip' in outcome ? [] : [outcome.entry])),
    skips: outcomes.flatMap((outcome) => ('skip' in outcome ? [outcome.skip] : [])),
  };
}

type EntryOutcome = { entry: HTTPMatchRequest } | { skip: Skip };

function andEntry(
  entry: HTTPMatchRequest,
  match: IstioMatch,
  scope: Pick<Scope, 'isDelegate'>,
): EntryOutcome {
  const labelled = andSourceLabels(entry, match.sourceLabels ?? {}, scope);
  return 'skip' in labelled ? labelled : andHeaders(labelled.entry, match.headers ?? {});
}

function andHeaders(entry: HTTPMatchRequest, wanted: Record<string, StringMatch>): EntryOutcome {
  if (Object.keys(wanted).length === 0) return { entry };
  const headers: Record<string, StringMatch> = { ...entry.headers };
  for (const [name, value] of Object.entries(wanted)) {
    const skip = headerConflict({ ...entry, headers }, name, value);
    if (skip !== undefined) return { skip };
    // Envoy compares header names in lower case only.
    if (findHeader(headers, name) === undefined) headers[name.toLowerCase()] = value;
  }
  return { entry: { ...entry, headers } };
}

function headerConflict(
  { headers, withoutHeaders }: HTTPMatchRequest,
  name: string,
  value: StringMatch,
): Skip | undefined {
  const reason = `already decides on header ${name} otherwise`;
  const unwanted = findHeader(withoutHeaders, name);
  if (unwanted !== undefined) return { reason, isHarmless: isKeptOut(value, unwanted) };
  const own = findHeader(headers, name);
  if (own === undefined || jsonEqual(own, value)) return undefined;
  return { reason, isHarmless: areDisjoint(own, value) };
}

function findHeader(
  headers: Record<string, StringMatch> | undefined,
  name: string,
): StringMatch | undefined {
  const key = Object.keys(headers ?? {}).find((own) => own.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : headers?.[key];
}

/**
 * Beside `gateways` Istio ignores source conditions (istio `pilot/pkg/networking/core/route/route.go`,
 * sourceMatchHTTP): kept together, the copy would take everybody's requests. So `gateways` goes, and with it those
 * conditions of the entry that it made void.
 */
function andSourceLabels(
  entry: HTTPMatchRequest,
  wanted: Record<string, string>,
  { isDelegate }: Pick<Scope, 'isDelegate'>,
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
  const contrary = Object.keys(wanted).find(
    (key) => Object.hasOwn(own, key) && own[key] !== wanted[key],
  );
  if (contrary === undefined) return { entry: { ...entry, sourceLabels: { ...own, ...wanted } } };
  const reason = `already decides on source label ${contrary} otherwise`;
  return { skip: { reason, isHarmless: true } };
}
