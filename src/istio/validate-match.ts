import {
  gatewayNameProblem,
  isDnsLabel,
  labelKeyProblem,
  labelValueProblem,
  portProblem,
} from './field-rules.ts';
import { isClaimName, matchHeaderNameProblem } from './header-name.ts';
import { regexProblem, stringCondition } from './string-match.ts';
import type { HTTPMatchRequest, StringMatch } from './types.ts';

/** `field` is the path of the value within what was checked, like `match[0].headers.user`. */
export interface FieldProblem {
  field: string;
  message: string;
}

/**
 * Reports a problem with a field, or with a member of it; undefined: no problem. The path is built only when there is a
 * problem: building all paths takes as long as the checks.
 */
export type Report = (field: string, message: string | undefined, member?: string) => void;

/** Should this regex be compiled, to find out whether it is valid? */
export type ShouldCompile = (pattern: string) => boolean;

interface Options {
  claims: boolean;
  shouldCompile: ShouldCompile;
}

/**
 * istiod's field rules for one match entry (validateHTTPRouteMatchRequest and the claim rule of ValidateVirtualService
 * in istio `pkg/config/validation`) and the VirtualService CRD's "at most one of exact, prefix, regex".
 * `claims`: are conditions on JWT claims allowed? They are only in a VirtualService that is not bound to the mesh.
 */
export function checkMatch(
  match: HTTPMatchRequest,
  field: string,
  options: Options,
  report: Report,
): void {
  const { shouldCompile } = options;
  checkHeaders(match, 'headers', field, options, report);
  checkHeaders(match, 'withoutHeaders', field, options, report);
  checkUri(match.uri, field, shouldCompile, report);
  checkString(match.scheme, field, 'scheme', shouldCompile, report);
  checkString(match.method, field, 'method', shouldCompile, report);
  checkString(match.authority, field, 'authority', shouldCompile, report);
  for (const [name, condition] of Object.entries(match.queryParams ?? {})) {
    checkString(condition, `${field}.queryParams`, name, shouldCompile, report);
  }
  checkSource(match, field, report);
}

function checkHeaders(
  match: HTTPMatchRequest,
  kind: 'headers' | 'withoutHeaders',
  above: string,
  { claims, shouldCompile }: Options,
  report: Report,
): void {
  const headers: Record<string, StringMatch | null> | undefined = match[kind];
  if (!headers) return;
  const field = `${above}.${kind}`;
  for (const [name, condition] of Object.entries(headers)) {
    report(field, matchHeaderNameProblem(name), name);
    const claim = !claims && isClaimName(name);
    report(field, claim ? 'JWT claims can be matched at gateways only' : undefined, name);
    // null, `{}` and the regex `*` mean "must be absent" here. In `headers` only `{}` means "must be present".
    if (kind === 'withoutHeaders' && stringCondition(condition).kind === 'present') continue;
    report(field, condition === null ? 'must not be null' : undefined, name);
    checkString(condition, field, name, shouldCompile, report);
  }
}

/** Only the uri may have an empty prefix. */
function checkUri(
  match: StringMatch | null | undefined,
  field: string,
  shouldCompile: ShouldCompile,
  report: Report,
): void {
  if (match?.prefix === '') checkOneOf(match, `${field}.uri`, report);
  else checkString(match, field, 'uri', shouldCompile, report);
}

function checkString(
  match: StringMatch | null | undefined,
  above: string,
  name: string,
  shouldCompile: ShouldCompile,
  report: Report,
): void {
  if (!match) return;
  const { prefix, regex } = match;
  const field = `${above}.${name}`;
  checkOneOf(match, field, report);
  report(field, prefix === '' ? 'must not be empty' : undefined, 'prefix');
  const isJudged = typeof regex === 'string' && shouldCompile(regex);
  report(field, isJudged ? regexProblem(regex) : undefined, 'regex');
}

function checkOneOf({ exact, prefix, regex }: StringMatch, field: string, report: Report): void {
  const isSet = (value: unknown) => Number(value !== undefined);
  const isSeveral = isSet(exact) + isSet(prefix) + isSet(regex) > 1;
  report(field, isSeveral ? 'takes one of exact, prefix, regex only' : undefined);
}

/** Port 0 is protobuf's "not set". */
function checkSource(match: HTTPMatchRequest, field: string, report: Report): void {
  // Admission runs before schema validation: a field that is not set may be null.
  const port = match.port ?? 0;
  const sourceNamespace = match.sourceNamespace ?? '';
  report(field, port === 0 ? undefined : portProblem(port), 'port');
  checkSourceLabels(match.sourceLabels ?? {}, field, report);
  const named = sourceNamespace === '' || isDnsLabel(sourceNamespace);
  const problem = named ? undefined : `"${sourceNamespace}" is not a valid namespace`;
  report(field, problem, 'sourceNamespace');
  checkGateways(match.gateways ?? [], field, report);
}

/** `field`: path of the match entry. */
export function checkSourceLabels(
  labels: Readonly<Record<string, string>>,
  field: string,
  report: Report,
): void {
  for (const [key, value] of Object.entries(labels)) {
    report(`${field}.sourceLabels`, labelKeyProblem(key), key);
    report(`${field}.sourceLabels`, labelValueProblem(value), key);
  }
}

/** istiod stops checking after the first name without a slash, such as `mesh` (validateGatewayNames). */
export function checkGateways(gateways: readonly string[], field: string, report: Report): void {
  const short = gateways.findIndex((gateway) => !gateway.includes('/'));
  const checked = short < 0 ? gateways : gateways.slice(0, short + 1);
  checked.forEach((gateway, i) => {
    report(field, gatewayNameProblem(gateway), `gateways[${i}]`);
  });
}
