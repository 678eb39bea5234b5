import { portProblem } from '../field-rules.ts';
import type { Destination } from '../types.ts';
import { checkGateways, checkSourceLabels, type Report } from '../validate-match.ts';
import { checkDestination, weightlessProblem } from '../validate-route.ts';
import { maskedPrefix } from './ip-address.ts';
import { subnetProblem } from './subnet.ts';
import { weightSumProblem } from './weights.ts';

/** Conditions of tcp and tls routes, with the shape of the schema (l4-shape.ts). */
export interface L4Match {
  destinationSubnets?: string[];
  port?: number;
  sourceLabels?: Record<string, string>;
  gateways?: string[];
}

export interface L4Target {
  destination: Destination;
  weight?: number;
}

export interface TcpRoute {
  match?: L4Match[];
  route?: L4Target[];
}

export interface TlsRoute {
  match: (L4Match & { sniHosts: string[] })[];
  route?: L4Target[];
}

/** validateTCPRoute. */
export function checkTcpRoute({ match = [], route = [] }: TcpRoute, report: Report): void {
  match.forEach((one, i) => {
    checkL4Match(one, `match[${i}]`, report);
  });
  checkTargets(route, report);
}

/** validateTLSRoute, except the rule for hosts: they depend on the target. */
export function checkTlsRoute({ match, route = [] }: TlsRoute, report: Report): void {
  report('match', match.length === 0 ? 'needs at least one entry' : undefined);
  match.forEach((one, i) => {
    const field = `match[${i}]`;
    report(field, one.sniHosts.length === 0 ? 'needs at least one host' : undefined, 'sniHosts');
    one.sniHosts.forEach((host, j) => {
      // Envoy's filter chains know exact names, `*.example.com` and no other wildcard.
      const partial = /^\*[^.]/.test(host);
      const message = 'proxies have no partial wildcards: use *.example.com, or the whole name';
      report(field, partial ? message : capitalsProblem(host), `sniHosts[${j}]`);
    });
    report(field, twiceProblem(one.sniHosts), 'sniHosts');
    checkL4Match(one, field, report);
  });
  checkTargets(route, report);
}

/**
 * Envoy compares SNI hosts without capitals and istiod with them: istiod does not find two equal ones, and Envoy refuses
 * the listener. An equal one may be in any VirtualService.
 */
function capitalsProblem(host: string): string | undefined {
  const lower = host.toLowerCase();
  return lower === host
    ? undefined
    : `must be in lower case: proxies refuse a listener with two SNI hosts that differ in capitals only; write ${lower}`;
}

function checkL4Match(match: L4Match, field: string, report: Report): void {
  (match.destinationSubnets ?? []).forEach((subnet, i) => {
    report(field, subnetProblem(subnet), `destinationSubnets[${i}]`);
  });
  const canonical = (match.destinationSubnets ?? []).map((one) => maskedPrefix(one) ?? one);
  report(field, twiceProblem(canonical), 'destinationSubnets');
  report(field, match.port ? portProblem(match.port) : undefined, 'port');
  checkSourceLabels(match.sourceLabels ?? {}, field, report);
  checkGateways(match.gateways ?? [], field, report);
}

/** Envoy refuses a filter chain that names a value twice. */
function twiceProblem(values: readonly string[]): string | undefined {
  return new Set(values).size < values.length ? 'must not contain the same value twice' : undefined;
}

function checkTargets(targets: readonly L4Target[], report: Report): void {
  report('route', targets.length === 0 ? 'must name a destination' : undefined);
  targets.forEach(({ destination, weight = 0 }, i) => {
    checkDestination(destination, `route[${i}].destination`, report);
    report(`route[${i}].weight`, weight < 0 ? 'must not be negative' : undefined);
  });
  report('route', weightlessProblem(targets) ?? weightSumProblem(targets));
}
