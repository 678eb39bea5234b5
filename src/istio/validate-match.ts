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

/** Takes what is wrong with a field; undefined: nothing is. */
export type Report = (field: string, message: string | undefined) => void;

/**
 * istiod's field rules for one match entry (validateHTTPRouteMatchRequest and the claim rule of ValidateVirtualService in
 * istio `pkg/config/validation`) and the VirtualService CRD's "at most one of exact, prefix, regex".
 * `claims`: may JWT claims be asked for? Only a VirtualService that is not bound to the mesh may.
 */
export function checkMatch(
  match: HTTPMatchRequest,
  field: string,
  options: { claims: boolean },
  report: Report,
): void {
  checkHeaders(match.headers, `${field}.headers`, { ...options, absence: false }, report);
  checkHeaders(
    match.withoutHeaders,
    `${field}.withoutHeaders`,
    { ...options, absence: true },
    report,
  );
  checkUri(match.uri, `${field}.uri`, report);
  checkString(match.scheme, `${field}.scheme`, report);
  checkString(match.method, `${field}.method`, report);
  checkString(match.authority, `${field}.authority`, report);
  for (const [name, condition] of Object.entries(match.queryParams ?? {})) {
    checkString(condition, `${field}.queryParams.${name}`, report);
  }
  checkSource(match, field, report);
}

/** `absence`: the conditions are those under which a header may not be there. */
function checkHeaders(
  headers: Record<string, StringMatch | null> | undefined,
  field: string,
  { claims, absence }: { claims: boolean; absence: boolean },
  report: Report,
): void {
  for (const [name, condition] of Object.entries(headers ?? {})) {
    const at = `${field}.${name}`;
    report(at, matchHeaderNameProblem(name));
    const claim = !claims && isClaimName(name);
    report(at, claim ? 'JWT claims can be matched at gateways only' : undefined);
    // Absence is asked for with null, `{}` or the regex `*`; for presence only `{}` will do.
    if (absence && stringCondition(condition).kind === 'present') continue;
    report(at, condition === null ? 'must not be null' : undefined);
    checkString(condition, at, report);
  }
}

/** Of all matches only the uri may have an empty prefix. */
function checkUri(match: StringMatch | null | undefined, field: string, report: Report): void {
  if (match?.prefix === '') checkOneOf(match, field, report);
  else checkString(match, field, report);
}

function checkString(match: StringMatch | null | undefined, field: string, report: Report): void {
  if (!match) return;
  const { prefix, regex } = match;
  checkOneOf(match, field, report);
  report(`${field}.prefix`, prefix === '' ? 'must not be empty' : undefined);
  report(`${field}.regex`, regex === undefined ? undefined : regexProblem(regex));
}

function checkOneOf(match: StringMatch, field: string, report: Report): void {
  const set = [match.exact, match.prefix, match.regex].filter((value) => value !== undefined);
  report(field, set.length > 1 ? 'takes one of exact, prefix, regex only' : undefined);
}

/** Port 0 is protobuf's "not set". */
function checkSource(match: HTTPMatchRequest, field: string, report: Report): void {
  const { port = 0, sourceLabels = {}, sourceNamespace = '' } = match;
  report(`${field}.port`, port === 0 ? undefined : portProblem(port));
  for (const [key, value] of Object.entries(sourceLabels)) {
    const at = `${field}.sourceLabels.${key}`;
    report(at, labelKeyProblem(key));
    report(at, labelValueProblem(value));
  }
  const named = sourceNamespace === '' || isDnsLabel(sourceNamespace);
  report(
    `${field}.sourceNamespace`,
    named ? undefined : `"${sourceNamespace}" is not a valid namespace`,
  );
  checkGateways(match.gateways ?? [], `${field}.gateways`, report);
}

/** istiod stops looking after the first name without a slash, `mesh` among them (validateGatewayNames). */
function checkGateways(gateways: readonly string[], field: string, report: Report): void {
  const short = gateways.findIndex((gateway) => !gateway.includes('/'));
  const checked = short < 0 ? gateways : gateways.slice(0, short + 1);
  checked.forEach((gateway, i) => {
    report(`${field}[${i}]`, gatewayNameProblem(gateway));
  });
}
