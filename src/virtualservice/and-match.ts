import type { IstioMatch } from '../api/dynamicenv.ts';
import type { HTTPMatchRequest, StringMatch } from '../istio/types.ts';
import { jsonEqual } from '../k8s/canonical.ts';

/**
 * The env's match ANDed into every entry of a route's `match` (absent: one entry that matches everything).
 * Entries in which the two cannot both hold, or where that cannot be told, are left out; an empty list means
 * that there is nothing to route.
 */
export function andMatch(
  entries: readonly HTTPMatchRequest[] | undefined,
  match: IstioMatch,
): HTTPMatchRequest[] {
  const base = entries === undefined || entries.length === 0 ? [{}] : entries;
  return base.flatMap((entry) => {
    const withSource = andSourceLabels(entry, match.sourceLabels);
    const whole = withSource && andHeaders(withSource, match.headers);
    return whole === undefined ? [] : [whole];
  });
}

function andHeaders(
  entry: HTTPMatchRequest,
  wanted: Record<string, StringMatch> | undefined,
): HTTPMatchRequest | undefined {
  if (wanted === undefined || Object.keys(wanted).length === 0) return entry;
  const headers: Record<string, StringMatch> = { ...entry.headers };
  for (const [name, value] of Object.entries(wanted)) {
    if (findHeader(entry.withoutHeaders, name) !== undefined) return undefined;
    const own = findHeader(entry.headers, name);
    if (own !== undefined && !jsonEqual(own, value)) return undefined;
    // Envoy compares header names in lower case only.
    if (own === undefined) headers[name.toLowerCase()] = value;
  }
  return { ...entry, headers };
}

function findHeader(
  headers: Record<string, StringMatch> | undefined,
  name: string,
): StringMatch | undefined {
  const key = Object.keys(headers ?? {}).find((own) => own.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : headers?.[key];
}

function andSourceLabels(
  entry: HTTPMatchRequest,
  wanted: Record<string, string> | undefined,
): HTTPMatchRequest | undefined {
  if (wanted === undefined || Object.keys(wanted).length === 0) return entry;
  const own = entry.sourceLabels ?? {};
  if (Object.entries(wanted).some(([key, value]) => (own[key] ?? value) !== value)) {
    return undefined;
  }
  const { gateways, ...rest } = entry;
  // An entry with `gateways` ignores sourceLabels, so the copy would take everybody's requests.
  if (gateways !== undefined && gateways.length > 0 && !gateways.includes('mesh')) return undefined;
  return { ...rest, sourceLabels: { ...own, ...wanted } };
}
