import { proxyNamespace, resolveGateway } from './gateway-name.ts';
import { headerKey, isClaimName } from './header-name.ts';
import { stringCondition, stringVerdict } from './string-match.ts';
import type { HTTPMatchRequest, StringMatch } from './types.ts';

/**
 * A request and the proxy that routes it: the caller's sidecar (`gateway: 'mesh'`) or a gateway (`namespace/name`).
 * `path` includes the query; the names in `headers` are in lower case; `port` is the one addressed, 80 when absent.
 * `sourceLabels` and `sourceNamespace` are those of the proxy's own pod: at a gateway those of the gateway, not those of
 * whoever sent the request to it. An absent namespace is `default`, or that of the gateway.
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

/** A condition that was not met: `{field: 'headers.user', wanted: 'exact "a"', got: 'b'}`; no `got`: there was none. */
export interface Mismatch {
  field: string;
  wanted: string;
  got?: string;
}

type Check = Mismatch & { ok: boolean };

export const DEFAULT_PORT = 80;
const MAX_SHOWN = 60;

/**
 * The first condition of a match entry that a request does not meet, or undefined when it meets all of them.
 * `namespace` is that of the VirtualService: short gateway names in the entry are of it.
 */
export function firstMismatch(
  match: HTTPMatchRequest | undefined,
  request: HttpRequest,
  namespace: string,
): Mismatch | undefined {
  return proxyMismatch(match, request, namespace) ?? requestMismatch(match, request);
}

/**
 * The conditions that istiod itself decides: an entry that fails them is not sent to the proxy at all.
 * An entry with `gateways` asks for nothing else: `sourceLabels` and `sourceNamespace` beside it are ignored.
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
 * The conditions that Envoy decides for each request (TranslateRouteMatch in the same file).
 * Requests here carry no JWT: a claim that must be there is missing, one that must not be there is, too.
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

/** The query never counts; case never does in a regex's favour: Envoy ignores the flag there. */
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

/** A missing header counts as an empty one here, except where presence itself is what must not be. */
function absenceCheck(field: string, unwanted: StringMatch, got: string | undefined): Check {
  const presence = stringCondition(unwanted).kind === 'present';
  const verdict = stringVerdict(unwanted, presence ? got : (got ?? ''));
  return check(field, `not ${describe(unwanted, verdict)}`, got, verdict === false);
}

/** Envoy knows Host by its HTTP/2 name only. A claim is in no header, even if one is named like it. */
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

/** Envoy compares the first value, as sent: nothing is decoded. A name without `=` has an empty value. */
function queryValue(path: string, name: string): string | undefined {
  const start = path.indexOf('?');
  if (start < 0) return undefined;
  const pairs = path.slice(start + 1).split('&');
  const pair = pairs.find((text) => text === name || text.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

/** Without a verdict: a regex that is not tried here, which may be long. */
function describe(match: StringMatch | undefined, verdict: boolean | undefined): string {
  const condition = stringCondition(match);
  if (condition.kind === 'present') return 'present';
  const { kind, value } = condition;
  if (verdict !== undefined) return `${kind} "${value}"`;
  const cut = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
  return `${kind} "${cut}", of which is not known here what it matches`;
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
