import { canonicalJson } from '../k8s/canonical.ts';
import type { HeaderAndSourceMatch } from './cover.ts';
import { headerKey } from './header-name.ts';
import type { HTTPMatchRequest, StringMatch } from './types.ts';

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
    sourceLabels,
    sourceNamespace,
    gateways,
    uri,
    ignoreUriCase,
    ...others
  } = entry;
  const labels: [string, string][] = [];
  const add = (what: string, value: unknown) => labels.push([`: ${what}`, canonicalJson(value)]);
  if (uri) add('uri', [uri, ignoreUriCase === true]);
  if (gateways?.length) add('gateways', gateways);
  // Beside `gateways` Istio ignores them (sourceMatchHTTP in `pilot/pkg/networking/core/route/route.go`).
  else {
    labels.push(...Object.entries(sourceLabels ?? {}));
    if (sourceNamespace) add('sourceNamespace', sourceNamespace);
  }
  const own: [string, StringMatch][] = [];
  for (const [key, value] of Object.entries(headers ?? {})) {
    if (compared.has(headerKey(key))) own.push([key, value]);
    else add(`header ${headerKey(key)}`, value);
  }
  for (const [key, value] of Object.entries(withoutHeaders ?? {})) {
    add(`without ${headerKey(key)}`, value);
  }
  for (const [key, value] of Object.entries(queryParams ?? {})) add(`query ${key}`, value);
  for (const [field, value] of Object.entries(others)) add(field, value);
  return { headers: Object.fromEntries(own), sourceLabels: Object.fromEntries(labels) };
}
