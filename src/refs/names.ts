/**
 * Names of headers that carry the route context, in lower case. A baggage member and a cookie have the same names.
 * `service` holds a list of pairs (`payment-service:mp-101::cart-service:mp-102`), `source` one ref for everything.
 */
export interface RouteHeaders {
  service: string;
  source: string;
}

export const ROUTE_HEADERS: RouteHeaders = {
  service: 'x-service-route',
  source: 'x-source-route',
};

/** As long as an env's id: it becomes part of names and a label's value. */
export const MAX_REF = 40;
/** Kubernetes' limit for a Service's name. */
const MAX_SERVICE = 63;
/** RFC 1123. */
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const RULE =
  'must consist of lower-case letters, digits and dashes, and begin and end with a letter or a digit';

export function isRef(text: string): boolean {
  return text.length <= MAX_REF && LABEL.test(text);
}

/** A Service's name: what a pair of `x-service-route` begins with. */
export function isServiceName(text: string): boolean {
  return text.length <= MAX_SERVICE && LABEL.test(text);
}

/** Why a text is no ref, with the field and what to do; undefined: it is one. */
export function refProblem(field: string, text: string): string | undefined {
  if (isRef(text)) return undefined;
  const rule = labelProblem(text, MAX_REF);
  return `${field}: ref ${rule}; "dynamicenv ref BRANCH" derives one from a branch`;
}

/** Why a text is no service's name, with the field and what to do; undefined: it is one. */
export function serviceNameProblem(field: string, text: string): string | undefined {
  if (isServiceName(text)) return undefined;
  const rule = labelProblem(text, MAX_SERVICE);
  return `${field}: service ${rule}; write the Service's name without its namespace`;
}

function labelProblem(text: string, limit: number): string {
  if (text === '') return 'must not be empty';
  const rule = text.length > limit ? `must not be longer than ${limit} characters` : RULE;
  return `${rule}, got "${text.slice(0, 2 * MAX_SERVICE)}"`;
}
