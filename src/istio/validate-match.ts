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

/** Put the messages that there are under one field. */
export function problemsAt(field: string, ...messages: (string | undefined)[]): FieldProblem[] {
  return messages.flatMap((message) => (message === undefined ? [] : { field, message }));
}

/**
 * istiod's field rules for one match entry (validateHTTPRouteMatchRequest and the claim rule of ValidateVirtualService in
 * istio `pkg/config/validation`) and the VirtualService CRD's "at most one of exact, prefix, regex".
 * `claims`: may JWT claims be asked for? Only a VirtualService that is not bound to the mesh may.
 */
export function validateMatch(
  match: HTTPMatchRequest,
  field: string,
  options: { claims: boolean },
): FieldProblem[] {
  return [
    ...headerConditions(match.headers, `${field}.headers`, options),
    ...headerConditions(match.withoutHeaders, `${field}.withoutHeaders`, options),
    ...uriProblems(match.uri, `${field}.uri`),
    ...stringProblems(match.scheme, `${field}.scheme`),
    ...stringProblems(match.method, `${field}.method`),
    ...stringProblems(match.authority, `${field}.authority`),
    ...Object.entries(match.queryParams ?? {}).flatMap(([name, condition]) =>
      stringProblems(condition, `${field}.queryParams.${name}`),
    ),
    ...sourceProblems(match, field),
  ];
}

function headerConditions(
  headers: Record<string, StringMatch | null> | undefined,
  field: string,
  options: { claims: boolean },
): FieldProblem[] {
  if (!headers) return [];
  return Object.entries(headers).flatMap(([name, condition]) => {
    const at = `${field}.${name}`;
    const claim = !options.claims && isClaimName(name);
    return [
      ...problemsAt(at, matchHeaderNameProblem(name)),
      ...problemsAt(at, claim ? 'JWT claims can be matched at gateways only' : undefined),
      ...headerConditionProblems(condition, at, field.endsWith('.withoutHeaders')),
    ];
  });
}

/** Absence is asked for with null, `{}` or the regex `*`; for presence only `{}` will do. */
function headerConditionProblems(
  condition: StringMatch | null,
  field: string,
  absence: boolean,
): FieldProblem[] {
  if (absence && stringCondition(condition).kind === 'present') return [];
  if (condition === null) return problemsAt(field, 'must not be null');
  return stringProblems(condition, field);
}

/** Of all matches only the uri may have an empty prefix. */
function uriProblems(match: StringMatch | null | undefined, field: string): FieldProblem[] {
  return match?.prefix === '' ? oneOfProblems(match, field) : stringProblems(match, field);
}

function stringProblems(match: StringMatch | null | undefined, field: string): FieldProblem[] {
  if (!match) return [];
  const { prefix, regex } = match;
  return [
    ...oneOfProblems(match, field),
    ...problemsAt(`${field}.prefix`, prefix === '' ? 'must not be empty' : undefined),
    ...problemsAt(`${field}.regex`, regex === undefined ? undefined : regexProblem(regex)),
  ];
}

function oneOfProblems(match: StringMatch, field: string): FieldProblem[] {
  const set = [match.exact, match.prefix, match.regex].filter((value) => value !== undefined);
  return problemsAt(field, set.length > 1 ? 'takes one of exact, prefix, regex only' : undefined);
}

/** Port 0 is protobuf's "not set". */
function sourceProblems(match: HTTPMatchRequest, field: string): FieldProblem[] {
  const { port = 0, sourceLabels = {}, sourceNamespace = '' } = match;
  const namespace = sourceNamespace === '' || isDnsLabel(sourceNamespace);
  return [
    ...problemsAt(`${field}.port`, port === 0 ? undefined : portProblem(port)),
    ...Object.entries(sourceLabels).flatMap(([key, value]) =>
      problemsAt(`${field}.sourceLabels.${key}`, labelKeyProblem(key), labelValueProblem(value)),
    ),
    ...problemsAt(
      `${field}.sourceNamespace`,
      namespace ? undefined : `"${sourceNamespace}" is not a valid namespace`,
    ),
    ...gatewayProblems(match.gateways ?? [], `${field}.gateways`),
  ];
}

/** istiod stops looking after the first name without a slash, `mesh` among them (validateGatewayNames). */
function gatewayProblems(gateways: readonly string[], field: string): FieldProblem[] {
  const short = gateways.findIndex((gateway) => !gateway.includes('/'));
  const checked = short < 0 ? gateways : gateways.slice(0, short + 1);
  return checked.flatMap((gateway, i) => problemsAt(`${field}[${i}]`, gatewayNameProblem(gateway)));
}
