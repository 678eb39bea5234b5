import type { DynamicEnvSpec, IstioMatch } from '../../../api/dynamicenv.ts';
import type { StringMatch } from '../../../istio/types.ts';
import { byText } from '../../../k8s/canonical.ts';

/**
 * What selects requests, in one line: `user=alice` (exact), `user^=al` (prefix), `user~a.*` (regex), `source app=web`, `?debug=1` (query
 * parameter), `cookie user=alice`, `baggage user=alice`, `ref mp-101`; ` or ` between them.
 */
export function matchText({ istioMatches, ref }: Pick<DynamicEnvSpec, 'istioMatches' | 'ref'>) {
  const matches = (istioMatches ?? []).map(conditionsText);
  return [...matches, ...(ref === undefined ? [] : [`ref ${ref}`])].join(' or ');
}

/** The values are not checked if the spec is refused. */
function conditionsText({
  headers,
  sourceLabels,
  queryParams,
  cookie,
  baggage,
}: IstioMatch): string {
  return [
    ...byName(headers).map(([name, value]) => stringText(name, value)),
    ...byName(sourceLabels).map(([key, value]) => `source ${key}=${value}`),
    ...byName(queryParams).map(([name, value]) => stringText(`?${name}`, value)),
    ...(cookie ? [`cookie ${cookie.name}=${cookie.exact}`] : []),
    ...(baggage ? [`baggage ${baggage.key}=${baggage.exact}`] : []),
  ].join(',');
}

function stringText(name: string, value: StringMatch | null): string {
  const { exact, prefix, regex } = value ?? {};
  if (exact !== undefined) return `${name}=${exact}`;
  return prefix === undefined ? `${name}~${regex}` : `${name}^=${prefix}`;
}

/** Sorted, so that the order of keys does not change the text. */
function byName<T>(map: Record<string, T> = {}): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => byText(a, b));
}
