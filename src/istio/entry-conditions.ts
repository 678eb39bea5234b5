import { canonicalJson } from '../k8s/canonical.ts';
import type { HeaderAndSourceMatch } from './cover.ts';
import { headerKey } from './header-name.ts';
import type { HTTPMatchRequest, StringMatch } from './types.ts';

/**
 * A whole match entry in the form that `covers` compares. Conditions on headers and query parameters in `compared`
 * (by `headerKey` and `parameterKey`) and on the caller's labels stay as they are; a parameter is written as a header with a name that
 * no header can have. A header with very many conditions is not compared. Every other condition is written as a label with a name that no real label may
 * have; only an equal condition implies it. So an entry that covers another in this form also covers it in Istio.
 */
export function entryConditions(
  entry: HTTPMatchRequest,
  compared: ReadonlySet<string>,
): HeaderAndSourceMatch {
  const {
    name: _name,
    headers,
    withoutHeaders,
    queryParams,
    uri,
    ignoreUriCase,
    ...others
  } = entry;
  const { sourceLabels, sourceNamespace, gateways, ...rest } = others;
  const all = Object.entries(headers ?? {});
  const crowded = crowdedHeaders(all);
  const isCompared = ([key]: [string, unknown]) =>
    compared.has(headerKey(key)) && !crowded.has(headerKey(key));
  const parameters = Object.entries(queryParams ?? {}).map(
    ([key, value]): [string, StringMatch] => [parameterKey(key), value],
  );
  // An entry with `gateways` is not compared with the caller's namespace and labels (sourceMatchHTTP in
  // `pilot/pkg/networking/core/route/route.go`).
  const caller = gateways?.length ? { gateways } : sourceNamespace ? { sourceNamespace } : {};
  const conditions: [string, unknown][] = [
    ...(uri ? [['uri', [uri, ignoreUriCase === true]] as [string, unknown]] : []),
    ...Object.entries({ ...rest, ...caller }),
    ...byHeader('header', Object.fromEntries(all.filter((one) => !isCompared(one)))),
    ...byHeader('without', withoutHeaders),
    ...parameters
      .filter((one) => !isCompared(one))
      .map(([key, value]) => condition('query', key, value)),
  ];
  return {
    headers: Object.fromEntries([...all, ...parameters].filter(isCompared)),
    sourceLabels: {
      ...(gateways?.length ? {} : sourceLabels),
      ...Object.fromEntries(conditions.map(([what, value]) => [`: ${what}`, canonicalJson(value)])),
    },
  };
}

/** Most conditions on one header, in different spellings of its name, that are compared one by one: each with each. */
const MAX_SPELLINGS = 8;
const NONE: ReadonlySet<string> = new Set();

/** The headers with more conditions. */
function crowdedHeaders(all: readonly [string, unknown][]): ReadonlySet<string> {
  if (all.length <= MAX_SPELLINGS) return NONE;
  const counts = new Map<string, number>();
  for (const [name] of all) counts.set(headerKey(name), (counts.get(headerKey(name)) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count > MAX_SPELLINGS).map(([key]) => key));
}

/** Names of parameters are case-sensitive, those of headers are not: a capital is written as `^` and the small letter. */
export function parameterKey(name: string): string {
  return `?${name.replace(/[A-Z^]/g, (char) => `^${char.toLowerCase()}`)}`;
}

function byHeader(
  kind: string,
  conditions: Record<string, unknown> | undefined,
): [string, unknown][] {
  // The value is part of the name: a header that is written in two spellings has two conditions, and both apply.
  return Object.entries(conditions ?? {}).map(([key, value]) =>
    condition(kind, `${headerKey(key)} ${canonicalJson(value)}`, true),
  );
}

function condition(kind: string, key: string, value: unknown): [string, unknown] {
  return [`${kind} ${key}`, value];
}
