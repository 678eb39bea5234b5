import { proxyNamespace, resolveGateway } from './gateway-name.ts';
import { headerKey, isClaimName } from './header-name.ts';
import { stringCondition, stringVerdict } from './string-match.ts';
import type { HTTPMatchRequest, StringMatch } from './types.ts';

/**
 * A request and the proxy that routes it: the caller's sidecar (`gateway: 'mesh'`) or a gateway (`namespace/name`).
 * `path` includes the query. The names in `headers` are in lower case. `port` is the destination port of the request,
 * 80 by default.
 * `sourceLabels` and `sourceNamespace` are those of the proxy's own pod. At a gateway they are the gateway's, not those
 * of the client behind it. Default namespace: that of the gateway, else `default`.
 */
export interface HttpRequest {
  method: string;
  scheme: string;
  authority: string;
  path: string;
  port?: number;
  headers: Readonly<Record<string, string>>;
  sourceLabels?: Readonly<Record<string, string>>;
  sourceNamespace?: string;
  gateway: string;
}

/**
 * A condition that failed: `{field: 'headers.user', wanted: 'exact "a"', got: 'b'}`. Without `got` the request has no
 * such value.
 */
export interface Mismatch {
  field: string;
  wanted: string;
  got?: string;
}

type Check = Mismatch & { ok: boolean };

export const DEFAULT_PORT = 80;
const MAX_SHOWN = 60;

/**
 * The first condition of a match entry that a request does not meet; undefined when it meets all of them.
 * `namespace` is that of the VirtualService. Short gateway names in the entry refer to it.
 */
export function firstMismatch(
  match: HTTPMatchRequest | undefined,
  request: HttpRequest,
  namespace: string,
): Mismatch | undefined {
  return proxyMismatch(match, request, namespace) ?? requestMismatch(match, request);
}

/**
 * The first failed condition of those that istiod itself evaluates: an entry that fails them is not sent to the proxy.
 * In an entry with `gateways`, `sourceLabels` and `sourceNamespace` are ignored.
 * Source: istio `pilot/pkg/networking/core/route/route.go`, TranslateRoute and sourceMatchHTTP.
 */
export function proxyMismatch(
  match: HTTPMatchRequest | undefined,
  request: HttpRequest,
  namespace: string,
): Mismatch | undefined {
  const port = match?.port ?? 0;
  const addressed = request.port ?? DEFAULT_PORT;
  const gateways = match?.gateways ?? [];
  return failed([
    check('port', String(port), String(addressed), port === 0 || port === addressed),
    ...(gateways.length > 0
      ? [gatewayCheck(gateways, request.gateway, namespace)]
      : sourceChecks(match ?? {}, request)),
  ]);
}

/**
 * The first failed condition of those that Envoy evaluates for each request (TranslateRouteMatch in the same file).
 * Requests here carry no JWT. So a condition that requires a claim always fails, and one that requires the absence of a
 * claim always holds.
 */
export function requestMismatch(
  match: HTTPMatchRequest | undefined,
  request: HttpRequest,
): Mismatch | undefined {
  if (!match) return undefined;
  return failed([
    ...uriChecks(match, request),
    ...(['method', 'authority', 'scheme'] as const).flatMap((field) =>
      match[field] ? stringCheck(field, match[field], request[field]) : [],
    ),
    ...Object.entries(match.headers ?? {}).map(([name, wanted]) =>
      stringCheck(`headers.${name}`, wanted, headerValue(request, name)),
    ),
    ...Object.entries(match.withoutHeaders ?? {})
      .filter(([name]) => !isClaimName(name))
      .map(([name, unwanted]) =>
        absenceCheck(`withoutHeaders.${name}`, unwanted, headerValue(request, name)),
      ),
    ...Object.entries(match.queryParams ?? {}).map(([name, wanted]) =>
      stringCheck(`queryParams.${name}`, wanted, queryValue(request.path, name)),
    ),
  ]);
}

function gatewayCheck(gateways: readonly string[], got: string, namespace: string): Check {
  const names = gateways.map((gateway) => resolveGateway(gateway, namespace));
  return check('gateways', names.join(' or '), got, names.includes(got));
}

function sourceChecks(match: HTTPMatchRequest, request: HttpRequest): Check[] {
  const wanted = match.sourceNamespace ?? '';
  const namespace = proxyNamespace(request);
  return [
    ...Object.entries(match.sourceLabels ?? {}).map(([key, value]) => {
      const got = own(request.sourceLabels ?? {}, key);
      return check(`sourceLabels.${key}`, `exact "${value}"`, got, got === value);
    }),
    check('sourceNamespace', wanted, namespace, wanted === '' || wanted === namespace),
  ];
}

/** The query is never compared. `ignoreUriCase` has no effect on a regex: Envoy ignores the flag there. */
function uriChecks({ uri, ignoreUriCase }: HTTPMatchRequest, request: HttpRequest): Check[] {
  const [path = ''] = request.path.split(/[?#]/);
  const condition = stringCondition(uri);
  if (condition.kind === 'present') return [];
  const fold = ignoreUriCase === true && condition.kind !== 'regex';
  const wanted = fold ? { [condition.kind]: lowered(condition.value) } : uri;
  const verdict = stringVerdict(wanted, fold ? lowered(path) : path);
  return [
    check('uri', describe(uri, verdict) + (fold ? ' in any case' : ''), path, verdict === true),
  ];
}

function stringCheck(field: string, wanted: StringMatch, got: string | undefined): Check {
  const verdict = stringVerdict(wanted, got);
  return check(field, describe(wanted, verdict), got, verdict === true);
}

/** A missing header counts as an empty one, unless the entry asks for the absence of the header itself. */
function absenceCheck(field: string, unwanted: StringMatch, got: string | undefined): Check {
  const presence = stringCondition(unwanted).kind === 'present';
  const verdict = stringVerdict(unwanted, presence ? got : (got ?? ''));
  return check(field, `not ${describe(unwanted, verdict)}`, got, verdict === false);
}

/**
 * Envoy has the Host header only under its HTTP/2 name. A claim is never read from a header, even from one of the same
 * name.
 */
function headerValue(request: HttpRequest, name: string): string | undefined {
  const key = headerKey(name);
  if (isClaimName(name)) return undefined;
  const pseudo: Record<string, string> = {
    ':method': request.method,
    ':scheme': request.scheme,
    ':authority': request.authority,
    ':path': request.path,
    host: request.authority,
  };
  return own(pseudo, key) ?? own(request.headers, key);
}

/** Envoy compares the first value, without decoding it. A name without `=` has an empty value. */
function queryValue(path: string, name: string): string | undefined {
  const start = path.indexOf('?');
  if (start < 0) return undefined;
  const pairs = path.slice(start + 1).split('&');
  const pair = pairs.find((text) => text === name || text.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

/** `verdict` is undefined for a regex that is not evaluated here. Its text may be long. */
function describe(match: StringMatch | undefined, verdict: boolean | undefined): string {
  const condition = stringCondition(match);
  if (condition.kind === 'present') return 'present';
  const { kind, value } = condition;
  if (verdict !== undefined) return `${kind} "${value}"`;
  const cut = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
  return `${kind} "${cut}", which is not evaluated here`;
}

/** Envoy ignores the case of ASCII letters only (absl::EqualsIgnoreCase). */
function lowered(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function own(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function check(field: string, wanted: string, got: string | undefined, ok: boolean): Check {
  return { field, wanted, ...(got === undefined ? {} : { got }), ok };
}

function failed(checks: readonly Check[]): Mismatch | undefined {
  const first = checks.find(({ ok }) => !ok);
  if (!first) return undefined;
  const { ok: _, ...mismatch } = first;
  return mismatch;
}
