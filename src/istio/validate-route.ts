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
import { type FieldProblem, problemsAt, validateMatch } from './validate-match.ts';

export type { FieldProblem } from './validate-match.ts';

/**
 * What istiod's validation would refuse in a route that was made from a user's route by adding conditions to its matches
 * and exchanging its destinations: match entries, destinations and header operations. Fields that such a route keeps as
 * they were (timeout, fault, rewrite …) are not looked at: istiod has judged them already, in the user's own route.
 * `gateways` are those of the VirtualService: JWT claims are refused where it has none, or `mesh` is one of them.
 * Source: validateHTTPRoute and its helpers in istio `pkg/config/validation/virtualservice.go` and `validation.go`.
 */
export function validateRoute(
  route: HTTPRoute,
  context: { gateways?: readonly string[] | undefined } = {},
): FieldProblem[] {
  const gateways = context.gateways ?? [];
  const claims = gateways.length > 0 && !gateways.includes('mesh');
  return [
    ...(route.match ?? []).flatMap((match, i) => validateMatch(match, `match[${i}]`, { claims })),
    ...headersProblems(route.headers, 'headers'),
    ...destinationsProblems(route),
  ];
}

function destinationsProblems(route: HTTPRoute): FieldProblem[] {
  const targets = route.route ?? [];
  if (targets.length === 0) {
    return problemsAt(
      'route',
      routeKind(route) === 'plain' ? 'must name a destination' : undefined,
    );
  }
  const total = targets.reduce((sum, { weight = 0 }) => sum + weight, 0);
  const weightless = targets.length > 1 && total === 0;
  return [
    ...targets.flatMap((target, i) => targetProblems(target, `route[${i}]`)),
    ...problemsAt('route', weightless ? 'the weights must not add up to 0' : undefined),
  ];
}

function targetProblems(target: HTTPRouteDestination, field: string): FieldProblem[] {
  const negative = (target.weight ?? 0) < 0;
  return [
    ...destinationProblems(target.destination, `${field}.destination`),
    ...headersProblems(target.headers, `${field}.headers`),
    ...problemsAt(`${field}.weight`, negative ? 'must not be negative' : undefined),
  ];
}

function destinationProblems(destination: Destination, field: string): FieldProblem[] {
  const { host, subset = '', port } = destination;
  const named = subset === '' || isDnsLabel(subset);
  return [
    ...problemsAt(`${field}.host`, destinationHostProblem(host)),
    ...problemsAt(`${field}.subset`, named ? undefined : `"${subset}" is not a valid subset name`),
    ...problemsAt(`${field}.port`, port ? portProblem(port.number ?? 0) : undefined),
  ];
}

/** Of the internal headers only the authority may be changed, and only by add or set in the request. */
function headersProblems(headers: Headers | undefined, field: string): FieldProblem[] {
  if (!headers) return [];
  const request = (name: string) => (isAuthorityHeader(name) ? undefined : changeProblem(name));
  return [
    ...operationProblems(headers.request, `${field}.request`, request),
    ...operationProblems(headers.response, `${field}.response`, changeProblem),
  ];
}

function operationProblems(
  operations: HeaderOperations | undefined,
  field: string,
  nameProblem: (name: string) => string | undefined,
): FieldProblem[] {
  if (!operations) return [];
  const { add = {}, set = {}, remove = [] } = operations;
  const values = (op: string, headers: Record<string, string>) =>
    Object.entries(headers).flatMap(([name, value]) =>
      problemsAt(`${field}.${op}.${name}`, nameProblem(name), headerValueProblem(value)),
    );
  return [
    ...values('add', add),
    ...values('set', set),
    ...remove.flatMap((name, i) => problemsAt(`${field}.remove[${i}]`, changeProblem(name))),
  ];
}

function changeProblem(name: string): string | undefined {
  if (name === '') return 'header name must not be empty';
  return isInternalHeader(name) ? `header "${name}" cannot be changed` : undefined;
}
