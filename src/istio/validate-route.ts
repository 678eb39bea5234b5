import { destinationHostProblem, isDnsLabel, portProblem } from './field-rules.ts';
import { isAuthorityHeader, isInternalHeader } from './header-name.ts';
import { headerValueProblem } from './header-value.ts';
import { routeKind } from './route-kinds.ts';
import type {
  Destination,
  HeaderOperations,
  Headers,
  HTTPRoute,
  HTTPRouteDestination,
} from './types.ts';
import {
  checkMatch,
  type FieldProblem,
  type Report,
  type ShouldCompile,
} from './validate-match.ts';

export type { FieldProblem } from './validate-match.ts';

/**
 * What istiod's validation would refuse in a route that was made from a user's route, with conditions added to its
 * matches and other destinations: match entries, destinations and header operations. Fields that are copied unchanged
 * (timeout, fault, rewrite …) are not checked: istiod has accepted them in the user's own route.
 * `gateways`: those of the VirtualService. JWT claims are refused when the list is empty or contains `mesh`.
 * `shouldCompile`: should this regex be compiled, to find out whether it is valid? Default: every regex within the bounds.
 * Source: validateHTTPRoute and what it calls in istio `pkg/config/validation/virtualservice.go` and `validation.go`.
 */
export function validateRoute(
  route: HTTPRoute,
  context: { gateways?: readonly string[] | undefined; shouldCompile?: ShouldCompile } = {},
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report: Report = (field, message, member) => {
    if (message === undefined) return;
    problems.push({ field: member === undefined ? field : `${field}.${member}`, message });
  };
  const gateways = context.gateways ?? [];
  const claims = gateways.length > 0 && !gateways.includes('mesh');
  const options = { claims, shouldCompile: context.shouldCompile ?? (() => true) };
  (route.match ?? []).forEach((match, i) => {
    checkMatch(match, `match[${i}]`, options, report);
  });
  checkHeaders(route.headers, 'headers', report);
  checkDestinations(route, report);
  checkOperationCounts(route, report);
  return problems;
}

function checkDestinations(route: HTTPRoute, report: Report): void {
  const targets = route.route ?? [];
  if (targets.length === 0) {
    report('route', routeKind(route) === 'plain' ? 'must name a destination' : undefined);
    return;
  }
  targets.forEach((target, i) => {
    checkTarget(target, `route[${i}]`, report);
  });
  report('route', weightlessProblem(targets));
}

/** Several destinations need a weight that is not 0. */
export function weightlessProblem(
  targets: readonly ({ weight?: number } | null)[],
): string | undefined {
  const total = targets.reduce((sum, target) => sum + (target?.weight ?? 0), 0);
  return targets.length > 1 && total === 0 ? 'the weights must not add up to 0' : undefined;
}

function checkTarget(target: HTTPRouteDestination, field: string, report: Report): void {
  checkDestination(target?.destination, `${field}.destination`, report);
  checkHeaders(target?.headers, `${field}.headers`, report);
  const negative = (target?.weight ?? 0) < 0;
  report(field, negative ? 'must not be negative' : undefined, 'weight');
}

export function checkDestination(
  destination: Destination | null | undefined,
  field: string,
  report: Report,
): void {
  // Admission runs before schema validation: a field may be null.
  const { host, port } = destination ?? {};
  const subset = destination?.subset ?? '';
  report(field, destinationHostProblem(host ?? ''), 'host');
  const named = subset === '' || isDnsLabel(subset);
  report(field, named ? undefined : `"${subset}" is not a valid subset name`, 'subset');
  report(field, port ? portProblem(port.number ?? 0) : undefined, 'port');
}

/** Internal headers must not be changed. The one exception is the authority, with add or set in the request. */
function checkHeaders(headers: Headers | undefined, field: string, report: Report): void {
  if (!headers) return;
  const request = (name: string) => (isAuthorityHeader(name) ? undefined : changeProblem(name));
  checkOperations(headers.request, `${field}.request`, request, report);
  checkOperations(headers.response, `${field}.response`, changeProblem, report);
}

function checkOperations(
  operations: HeaderOperations | undefined,
  field: string,
  nameProblem: (name: string) => string | undefined,
  report: Report,
): void {
  if (!operations) return;
  const remove = operations.remove ?? [];
  for (const kind of ['add', 'set'] as const) {
    for (const [name, value] of Object.entries(operations[kind] ?? {})) {
      report(`${field}.${kind}`, nameProblem(name), name);
      report(`${field}.${kind}`, headerValueProblem(value ?? ''), name);
    }
  }
  remove.forEach((name, i) => {
    report(field, changeProblem(name ?? ''), `remove[${i}]`);
  });
}

/**
 * Envoy's maximum number of headers to add. istiod does not check it, and moves the headers of a single destination to
 * the route.
 */
export const MAX_ADDED_HEADERS = 1000;

/**
 * Envoy's limit (`request_headers_to_add`, `response_headers_to_add` in `config/route/v3/route_components.proto`). When
 * it is exceeded, Envoy refuses the whole route table.
 */
function checkOperationCounts(route: HTTPRoute, report: Report): void {
  const targets = route.route ?? [];
  const lone = targets.length === 1 ? targets[0]?.headers : undefined;
  for (const kind of ['request', 'response'] as const) {
    const count = addedHeaders(route.headers?.[kind]) + addedHeaders(lone?.[kind]);
    if (count <= MAX_ADDED_HEADERS) continue;
    const message = `sets or adds ${count} headers, including those of the destination, but Envoy accepts at most ${MAX_ADDED_HEADERS}`;
    report('headers', message, kind);
  }
}

/** How many headers the operations add or set. */
export function addedHeaders(operations: HeaderOperations | null | undefined): number {
  if (!operations) return 0;
  const { add, set } = operations;
  return Object.keys(add ?? {}).length + Object.keys(set ?? {}).length;
}

function changeProblem(name: string): string | undefined {
  if (name === '') return 'header name must not be empty';
  return isInternalHeader(name) ? `header "${name}" cannot be changed` : undefined;
}
