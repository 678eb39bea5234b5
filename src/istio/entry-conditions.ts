import { canonicalJson } from '../k8s/canonical.ts';
import type { HeaderAndSourceMatch } from './cover.ts';
import { headerKey } from './header-name.ts';
import type { HTTPMatchRequest } from './types.ts';

/**
 * A whole match entry in the form that `covers` compares: what is no condition on a header or a label of the caller counts as a
 * label of its own, under a name that no label may have, and is implied by the same condition only; so do headers that are not
 * `compared` (by `headerKey`). So where one entry covers another by this form, it does.
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
  const isCompared = ([key]: [string, unknown]) => compared.has(headerKey(key));
  const all = Object.entries(headers ?? {});
  // Beside `gateways` Istio ignores what is asked of the caller (sourceMatchHTTP in `pilot/pkg/networking/core/route/route.go`).
  const caller = gateways?.length ? { gateways } : sourceNamespace ? { sourceNamespace } : {};
  const conditions: [string, unknown][] = [
    ...(uri ? [['uri', [uri, ignoreUriCase === true]] as [string, unknown]] : []),
    ...Object.entries({ ...rest, ...caller }),
    ...byHeader('header', Object.fromEntries(all.filter((one) => !isCompared(one)))),
    ...byHeader('without', withoutHeaders),
    ...Object.entries(queryParams ?? {}).map(([key, value]) => condition('query', key, value)),
  ];
  return {
    headers: Object.fromEntries(all.filter(isCompared)),
    sourceLabels: {
      ...(gateways?.length ? {} : sourceLabels),
      ...Object.fromEntries(conditions.map(([what, value]) => [`: ${what}`, canonicalJson(value)])),
    },
  };
}

function byHeader(
  kind: string,
  conditions: Record<string, unknown> | undefined,
): [string, unknown][] {
  return Object.entries(conditions ?? {}).map(([key, value]) =>
    condition(kind, headerKey(key), value),
  );
}

function condition(kind: string, key: string, value: unknown): [string, unknown] {
  return [`${kind} ${key}`, value];
}
