import type { HTTPRoute } from '../types.ts';
import type { Report } from '../validate-match.ts';
import { checkDestination, validateRoute } from '../validate-route.ts';
import { checkCors } from './cors.ts';
import { checkDirectResponse } from './direct-response.ts';
import { checkFault } from './fault.ts';
import { checkHeaderOperations } from './header-operations.ts';
import type { HttpRoute, Percent } from './http-types.ts';
import { checkMatchForEnvoy } from './match-envoy.ts';
import { checkRedirect } from './redirect.ts';
import { checkRetries } from './retries.ts';
import { checkRewrite } from './rewrite.ts';
import { weightSumProblem } from './weights.ts';

/** Claims depend on the gateways of the target. Regexes are checked together, for all routes. */
const ANY_GATEWAY = { gateways: ['gateway'], shouldCompile: () => false };

/** The first of these fields that a route has, and the fields that it must not have then. */
const CONFLICTS: readonly (readonly [string, readonly string[]])[] = [
  ['delegate', ['redirect', 'route']],
  ['redirect', ['route', 'fault', 'rewrite', 'directResponse']],
  ['directResponse', ['route', 'fault', 'rewrite']],
];

/** The rules for one http route. Its shape must be that of the schema. Port of istiod's validateHTTPRoute. */
export function checkHttpRoute(checked: HTTPRoute, report: Report): void {
  const route = checked as HttpRoute;
  checkConflicts(route, report);
  for (const { field, message } of validateRoute(route, ANY_GATEWAY)) report(field, message);
  (route.match ?? []).forEach((match, i) => {
    checkMatchForEnvoy(match, `match[${i}]`, report);
  });
  report('route', weightSumProblem(route.route ?? []));
  checkHeaderOperations(route, report);
  checkMirrors(route, report);
  checkCors(route.corsPolicy, report);
  checkFault(route.fault, report);
  checkRedirect(route.redirect, report);
  checkDirectResponse(route.directResponse, report);
  checkRetries(route.retries, report);
  checkRewrite(route, report);
}

/** validateHTTPRouteConflict. */
function checkConflicts(route: HttpRoute, report: Report): void {
  const has = (field: string) => {
    const value = route[field];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  };
  const owner = CONFLICTS.find(([field]) => has(field));
  if (owner !== undefined) {
    const [field, others] = owner;
    for (const other of others.filter(has)) report(other, notWith(field));
  }
  if (owner?.[0] !== 'delegate' && has('mirrors') && has('mirror')) {
    report('mirror', notWith('mirrors'));
  }
}

function notWith(other: string): string {
  return `cannot be combined with ${other}: remove one of them`;
}

function checkMirrors(route: HttpRoute, report: Report): void {
  const { mirror, mirrors = [], mirrorPercentage } = route;
  for (const name of ['mirrorPercent', 'mirror_percent'] as const) {
    const percent = route[name] ?? 0;
    report(name, percent > 100 ? 'must be at most 100' : undefined);
  }
  checkPercent(mirrorPercentage, 'mirrorPercentage', report);
  if (mirror) checkDestination(mirror, 'mirror', report);
  mirrors.forEach(({ destination, percentage }, i) => {
    checkDestination(destination, `mirrors[${i}].destination`, report);
    checkPercent(percentage, `mirrors[${i}].percentage`, report);
  });
}

function checkPercent(percent: Percent | undefined, field: string, report: Report): void {
  const value = percent?.value ?? 0;
  report(field, value < 0 || value > 100 ? 'must be between 0 and 100' : undefined, 'value');
}
