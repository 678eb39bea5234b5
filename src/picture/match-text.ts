import type { HTTPMatchRequest, HTTPRoute, StringMatch } from '../istio/types.ts';
import { byText } from '../k8s/canonical.ts';
import { type KnownSelector, knownIn } from './env-selectors.ts';

/**
 * The conditions of a route, a text for each of its match entries, in the notation of an env's `status.match`:
 * `user=alice` (exact), `uri^=/api` (prefix), `user~a.*` (regex), `without user=alice`; `everything` without any.
 * `known`: selectors of the route's env, whose regexes are not shown but named: `ref mp-101`, `cookie user=alice`.
 * Conditions that distinguish an env's routes come first: where there is little room the end is cut.
 */
export function matchTexts({ match }: HTTPRoute, known: readonly KnownSelector[] = []): string[] {
  if (match === undefined || match.length === 0) return ['everything'];
  if (known.length === 0) return match.map(matchText);
  // A ref has several entries of the same words.
  return [...new Set(match.map((entry) => textOf(entry, known)))];
}

function textOf(entry: HTTPMatchRequest, known: readonly KnownSelector[]): string {
  const found = knownIn(entry, known);
  if (found === undefined) return matchText(entry);
  const rest = conditionsOf(found.rest);
  return [found.text, ...rest].join(', ');
}

function matchText(match: HTTPMatchRequest): string {
  const conditions = conditionsOf(match);
  return conditions.length === 0 ? 'everything' : conditions.join(', ');
}

function conditionsOf(match: HTTPMatchRequest): string[] {
  const { uri, ignoreUriCase, scheme, method, authority, port } = match;
  const { headers, withoutHeaders, queryParams } = match;
  const { sourceLabels, sourceNamespace, gateways } = match;
  return [
    ...each('', headers),
    ...byName(sourceLabels).map(([key, value]) => `source ${key}=${value}`),
    ...one(ignoreUriCase ? 'uri (any case)' : 'uri', uri),
    ...one('method', method),
    ...one('authority', authority),
    ...one('scheme', scheme),
    ...(port ? [`port=${port}`] : []),
    ...each('without ', withoutHeaders),
    ...each('?', queryParams),
    ...(sourceNamespace ? [`source namespace=${sourceNamespace}`] : []),
    ...(gateways?.length ? [`gateway ${gateways.join(' or ')}`] : []),
  ];
}

function one(name: string, match: StringMatch | undefined): string[] {
  return match === undefined ? [] : [stringText(name, match)];
}

function each(prefix: string, matches: Record<string, StringMatch> | undefined): string[] {
  return byName(matches).map(([name, match]) => stringText(`${prefix}${name}`, match));
}

/** An empty match means: the header is present. */
function stringText(name: string, { exact, prefix, regex }: StringMatch): string {
  if (exact !== undefined) return `${name}=${exact}`;
  if (prefix !== undefined) return `${name}^=${prefix}`;
  return regex === undefined ? name : `${name}~${regex}`;
}

function byName<T>(map: Record<string, T> = {}): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => byText(a, b));
}
