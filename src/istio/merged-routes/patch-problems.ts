import type { HTTPRoute } from '../types.ts';
import type { FieldProblem } from '../validate-match.ts';
import { checkShapes } from './check-shape.ts';
import { newFindings, reportBelow } from './findings.ts';
import { checkHttpRoute } from './http-route.ts';
import { HTTP_ROUTES } from './http-shape.ts';
import { checkTcpRoute, checkTlsRoute, type TcpRoute, type TlsRoute } from './l4-route.ts';
import { TCP_ROUTES, TLS_ROUTES } from './l4-shape.ts';
import { checkRegexes } from './regexes.ts';
import { checkRouteNames } from './route-names.ts';

/** The routes of a merge, as its author wrote them: any shape. */
export interface Patch {
  http?: unknown;
  tcp?: unknown;
  tls?: unknown;
}

/** A patch whose shape is that of the schema. */
interface Routes {
  http?: HTTPRoute[];
  tcp?: TcpRoute[];
  tls?: TlsRoute[];
}

const SHAPES = { http: HTTP_ROUTES, tcp: TCP_ROUTES, tls: TLS_ROUTES } as const;
const KINDS = ['http', 'tcp', 'tls'] as const;

/**
 * Why the routes of a merge must not be written into any VirtualService; empty: they may, if `targetProblems` has no
 * objection either. It finds what the VirtualService CRD refuses or removes, what istiod's validation refuses, and what
 * Envoy refuses after istiod has accepted it (then Envoy keeps its old routes, and no proxy learns of any change).
 * At most 8 problems. Cost: bounded by the limits in check-shape.ts and regexes.ts, whatever the input.
 * Source: validateHTTPRoute, validateTLSRoute and validateTCPRoute in istio `pkg/config/validation`, the CRD
 * `virtualservices.networking.istio.io` of Istio 1.30, and Envoy 1.40.
 */
export function patchProblems(patch: Patch): FieldProblem[] {
  const findings = newFindings();
  const { problems, report } = findings;
  const present = KINDS.filter((kind) => patch[kind] !== undefined);
  checkShapes(
    present.map((field) => ({ field, value: patch[field], shape: SHAPES[field] })),
    findings,
  );
  // The other checks rely on the types.
  if (problems.length > 0) return problems;
  const { http = [], tcp = [], tls = [] } = patch as Routes;
  checkRouteNames(http, report);
  http.forEach((route, i) => {
    if (!findings.isFull()) checkHttpRoute(route, reportBelow(`http[${i}]`, report));
  });
  tcp.forEach((route, i) => {
    if (!findings.isFull()) checkTcpRoute(route, reportBelow(`tcp[${i}]`, report));
  });
  tls.forEach((route, i) => {
    if (!findings.isFull()) checkTlsRoute(route, reportBelow(`tls[${i}]`, report));
  });
  checkRegexes(http, findings);
  return problems;
}
