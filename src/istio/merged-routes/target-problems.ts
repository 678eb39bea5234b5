import { isMap } from '../../k8s/json-map.ts';
import { isForMesh, MESH } from '../gateway-name.ts';
import { isClaimName } from '../header-name.ts';
import type { FieldProblem, Report } from '../validate-match.ts';
import { items, matchesOf, member } from './any-shape.ts';
import { checkFilterChains } from './filter-chains.ts';
import { type Findings, newFindings } from './findings.ts';
import { checkGatewayChains } from './gateway-chains.ts';
import type { Patch } from './patch-problems.ts';
import { sniHostProblem } from './sni-host.ts';

/** The fields of a target that the rules for its routes depend on, as written; absent lists as empty ones. */
export interface Target {
  hosts: readonly string[];
  gateways: readonly string[];
  /** Its own routes, without merged ones; of any shape. */
  tcp?: unknown;
  tls?: unknown;
}

/**
 * Why the routes of a merge must not be written into this VirtualService, although `patchProblems` has no objection;
 * empty: they may. At most 8 problems. The patch may have any shape: what is not as in the schema is passed over. The cost is
 * bounded only for patches that `patchProblems` accepts: call this for no others.
 * Source: ValidateVirtualService and validateSniHost in istio `pkg/config/validation/validation.go`.
 */
export function targetProblems(patch: Patch, target: Target): FieldProblem[] {
  const findings = newFindings();
  const { report, problems } = findings;
  if (target.hosts.length === 0) checkDelegate(patch, report);
  if (isBoundToMesh(target)) checkClaims(patch.http, findings);
  if (target.hosts.length > 0) checkSniHosts(patch.tls, target, findings);
  if (isBoundToMesh(target)) {
    checkFilterChains('tls', patch.tls, target.tls, report);
    checkFilterChains('tcp', patch.tcp, target.tcp, report);
  }
  if (isBoundToGateway(target)) checkGatewayChains(patch.tls, target.tls, findings);
  return problems;
}

/** A VirtualService without hosts is a delegate: http routes that do not delegate further. */
function checkDelegate(patch: Patch, report: Report): void {
  const why = 'the target has no hosts: it is a delegate, which takes http routes only';
  for (const kind of ['tcp', 'tls'] as const) {
    report(kind, items(patch[kind]).length > 0 ? `must be empty: ${why}` : undefined);
  }
  items(patch.http).forEach((route, i) => {
    const delegates = isMap(route) && route['delegate'] !== undefined;
    const message = 'is not allowed: the target has no hosts, so it is a delegate itself';
    report(`http[${i}]`, delegates ? message : undefined, 'delegate');
  });
}

/** Claims are known at gateways only. */
function checkClaims(http: unknown, { report, isFull }: Findings): void {
  const message = `JWT claims can be matched at gateways only: the target needs gateways, and none of them may be ${MESH}`;
  for (const { match, field } of matchesOf(http, 'http')) {
    if (isFull()) return;
    for (const kind of ['headers', 'withoutHeaders']) {
      const conditions = member(match, kind);
      const names = isMap(conditions) ? Object.keys(conditions) : [];
      for (const name of names.filter(isClaimName)) report(`${field}.${kind}`, message, name);
    }
  }
}

function checkSniHosts(tls: unknown, target: Target, { report, isFull }: Findings): void {
  // Not quite the rule for claims: here, no gateways count as gateways.
  const atGateways = !target.gateways.includes(MESH);
  for (const { match, field } of matchesOf(tls, 'tls')) {
    if (isFull()) return;
    for (const [k, host] of items(member(match, 'sniHosts')).entries()) {
      if (typeof host !== 'string') continue;
      report(field, sniHostProblem(host, target.hosts, atGateways), `sniHosts[${k}]`);
    }
  }
}

function isBoundToMesh({ gateways }: Target): boolean {
  return isForMesh(gateways);
}

function isBoundToGateway({ gateways }: Target): boolean {
  return gateways.some((gateway) => gateway !== MESH);
}
