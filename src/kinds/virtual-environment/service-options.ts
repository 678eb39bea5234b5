import {
  GATEWAYS_ANNOTATION,
  HOSTS_ANNOTATION,
  RULE_ANNOTATION,
} from '../../api/virtualenvironment.ts';
import { destinationHostProblem, gatewayNameProblem } from '../../istio/field-rules.ts';
import { MESH, matchGateways, resolveGateway } from '../../istio/gateway-name.ts';
import { fqdn, hostMatches, hostSubsetOf } from '../../istio/host.ts';
import { cutText } from '../../k8s/cut-text.ts';
import type { Service } from '../../k8s/workload.ts';
import { ruleOf } from './rule-annotation.ts';
import type { LevelRules, ServiceOptions } from './types.ts';

interface Settings {
  clusterDomain: string;
  /** Hosts outside of the namespace that Services may name; `*.example.com` and `*` are allowed. */
  allowedHosts: readonly string[];
}

/** Most gateways and most hosts of a Service. */
const MAX_NAMES = 32;
const MAX_QUOTED = 80;

/** What the annotations of a Service add to its VirtualService. A name that cannot be used is left out and told. */
export function serviceOptions(
  { metadata }: Service,
  rules: Pick<LevelRules, 'header' | 'aliases'>,
  settings: Settings,
): ServiceOptions {
  const { name: service, namespace = '', annotations = {} } = metadata;
  const problems: string[] = [];
  const gateways = names(annotations[GATEWAYS_ANNOTATION], GATEWAYS_ANNOTATION, problems).filter(
    (gateway) =>
      gateway !== MESH &&
      isUsable(gateway, GATEWAYS_ANNOTATION, gatewayProblem(gateway, namespace), problems),
  );
  const hosts = otherHosts(annotations[HOSTS_ANNOTATION], service, namespace, settings, problems);
  const context = { service, rules, isAtGateways: gateways.length > 0 };
  const { rule, problems: ofRule } = ruleOf(annotations[RULE_ANNOTATION], context);
  return {
    gateways: matchGateways(gateways, namespace),
    hosts,
    ...(rule === undefined ? {} : { rule }),
    problems: [...problems, ...ofRule],
  };
}

/** A list with commas. Spaces around the names do not count, and neither does a name that is repeated. */
function names(text: string | undefined, annotation: string, problems: string[]): string[] {
  const all = (text ?? '').split(',').map((name) => name.trim());
  const distinct = [...new Set(all)].filter((name) => name !== '');
  if (distinct.length > MAX_NAMES) {
    problems.push(
      `annotation ${annotation}: has ${distinct.length} names, and only the first ${MAX_NAMES} are used: remove the others`,
    );
  }
  return distinct.slice(0, MAX_NAMES);
}

function isUsable(
  name: string,
  annotation: string,
  problem: string | undefined,
  problems: string[],
): boolean {
  if (problem !== undefined) {
    problems.push(`annotation ${annotation}: "${cutText(name, MAX_QUOTED)}" ${problem}`);
  }
  return problem === undefined;
}

/** Of `gw.` istiod makes a gateway of the namespace "". */
function gatewayProblem(gateway: string, namespace: string): string | undefined {
  const full = resolveGateway(gateway, namespace);
  const written = gateway.startsWith('./') ? full : gateway;
  const problem = gatewayNameProblem(written) ?? gatewayNameProblem(full);
  return problem && 'is ignored: it is no name of a gateway; write name or namespace/name';
}

/**
 * The hosts beside the Service's own, in lower case: Istio ignores the case of exact names, but not of all wildcards (see `serviceOwner` in
 * `istio/selection.ts`).
 */
function otherHosts(
  text: string | undefined,
  service: string,
  namespace: string,
  settings: Settings,
  problems: string[],
): string[] {
  const own = fqdn(service, namespace, settings.clusterDomain);
  const hosts: string[] = [];
  for (const written of names(text, HOSTS_ANNOTATION, problems)) {
    const host = written.toLowerCase();
    if (fqdn(host, namespace, settings.clusterDomain) === own || hosts.includes(host)) continue;
    const problem =
      hostProblem(host, namespace, settings) ?? overlapProblem(host, [service, ...hosts]);
    if (isUsable(written, HOSTS_ANNOTATION, problem, problems)) hosts.push(host);
  }
  return hosts;
}

/** istiod compares them as they are written ("duplicate hosts", ValidateVirtualService in istio `pkg/config/validation/validation.go`). */
function overlapProblem(host: string, others: readonly string[]): string | undefined {
  const other = others.find((one) => hostMatches(host, one));
  return other === undefined
    ? undefined
    : `is ignored: it overlaps with ${other}, and istiod refuses a VirtualService with both; remove one of them`;
}

function hostProblem(
  host: string,
  namespace: string,
  { clusterDomain, allowedHosts }: Settings,
): string | undefined {
  // With the gateway `mesh` Istio does not allow `*`.
  if (destinationHostProblem(host) !== undefined) {
    return 'is ignored: it is no host name; write one such as shop.example.com';
  }
  // Istio does not complete a name with a point: in a namespace `dev`, `shop.dev` is somebody's domain.
  const full = fqdn(host, namespace, clusterDomain);
  const isWithin = !full.startsWith('*') && full.endsWith(`.${namespace}.svc.${clusterDomain}`);
  const isAllowed =
    isWithin || allowedHosts.some((allowed) => hostSubsetOf(host, allowed.toLowerCase()));
  return isAllowed
    ? undefined
    : `is ignored: it is outside of namespace ${namespace}, and the administrator of this service does not allow it (--virtual-environment-hosts)`;
}
