import { meshLeaks } from '../../../istio/mesh-leak.ts';
import { nameOf } from '../../../istio/objects.ts';
import type { VirtualService } from '../../../istio/types.ts';
import { memoizedForLast } from '../../../k8s/memoize.ts';
import type { Service } from '../../../k8s/workload.ts';
import { guardNotes } from '../../../virtualservice/injections/guard-notes.ts';
import { scopeOf } from '../../../virtualservice/routes/scope.ts';
import { withMergedRoutes } from '../../../virtualservice/routes/strip.ts';
import type { EnvContext } from '../context.ts';
import { sameObject } from '../observed.ts';
import type { HostPlan } from '../plan/host-plan.ts';
import { headlessText } from '../status/findings.ts';
import { searchTime } from '../status/grace-period.ts';
import { missingRule } from '../status/rule-status.ts';
import { carriersOf, deciderOf, missingVirtualService } from '../status/virtualservices-of.ts';

/** Do regular requests stay away from a clone's pods? */
type Guard =
  | { is: 'guarded' }
  /** Some VirtualService may not have been seen yet. `wait`: seconds until it must have been. */
  | { is: 'looking'; wait?: number }
  | { is: 'unguarded'; message: string };

/** Nobody asked for this very clone, so it needs evidence: for each host, a rule and routes that name a subset. */
export function guardOf(hosts: readonly HostPlan[], context: EnvContext): Guard {
  const lacks = hosts.flatMap((host) => lackOf(host, context) ?? []);
  if (lacks.length > 0) return { is: 'unguarded', message: [...new Set(lacks)].join('; ') };
  const waits = hosts.map((host) => searchTime(ownOf(host, context), context));
  const left = waits.filter((wait) => wait !== undefined);
  if (left.length < waits.length) return { is: 'looking' };
  const wait = Math.max(0, ...left);
  return wait > 0 ? { is: 'looking', wait } : { is: 'guarded' };
}

function ownOf({ injection }: HostPlan, { observed }: EnvContext) {
  return observed.injections.find((own) => sameObject(own, injection));
}

/** Why regular requests to the host may reach the clone, and what to do. */
function lackOf(host: HostPlan, context: EnvContext): string | undefined {
  const unrouted = unroutedText(host, context);
  // Who has neither is told both at once.
  if (host.rules.length === 0) return [missingRule(host), unrouted ?? []].flat().join('; ');
  const service = byName(context.view.services(host.namespace)).get(host.service);
  const beside = besideRoutes(host, service, context);
  if (beside !== undefined) return beside;
  const [exposed] = host.injection.spec.exposed ?? [];
  if (exposed !== undefined) {
    return `a subset for other requests to ${host.host} would select the clone's pods: ${exposed.remedy}`;
  }
  for (const { text, notes } of guardsIn(context.view.virtualServices(), context.config)) {
    const [leak] = notes(host.injection);
    if (leak !== undefined) return `${text}: ${leak.message}`;
  }
  if (searchTime(ownOf(host, context), context) !== 0 || unrouted !== undefined) return unrouted;
  const leak = leaksIn(context.view.virtualServices(), context.config);
  const found = leak(host.host, service?.spec?.ports);
  return found && `${found}; ${ELSE}`;
}

/** Why requests to the Service reach its pods without any route. */
function besideRoutes(
  host: HostPlan,
  service: Service | undefined,
  { config }: EnvContext,
): string | undefined {
  return host.isHeadless ? headlessText(host) : service && fromOutside(service, config);
}

/** Undefined: there is a VirtualService, or one may not have been seen yet. */
function unroutedText(host: HostPlan, context: EnvContext): string | undefined {
  if (searchTime(ownOf(host, context), context) !== 0) return undefined;
  const status = { ...context, departing: new Set<string>() };
  return carriersOf(host.host, status).length === 0
    ? missingVirtualService(host, deciderOf(host.host, status), status).message
    : undefined;
}

const ELSE = 'or, if requests of everybody may reach it, list it under spec.subsets';

/**
 * What a node gets for a Service of these types goes to any pod that the Service selects: no sidecar of a caller is on that way, and no
 * gateway (Kubernetes' `pkg/proxy`; https://kubernetes.io/docs/concepts/services-networking/service/).
 */
function fromOutside(
  { metadata, spec = {} }: Service,
  { versionLabel, defaultVersion }: EnvContext['config'],
): string | undefined {
  const { type = '', externalIPs = [] } = spec;
  const isOpen = type === 'LoadBalancer' || type === 'NodePort';
  if (!isOpen && externalIPs.length === 0) return undefined;
  const what = isOpen ? `is of type ${type}` : 'has externalIPs';
  return `Service ${metadata.namespace}/${metadata.name} ${what}: what comes that way from outside of the mesh passes no route, so that it reaches all pods, the clone's too; let it come by a gateway and make the Service ClusterIP, or, if the pods have another Service, add "${versionLabel}: ${defaultVersion}" to the selector of this one; ${ELSE}`;
}

const byName = memoizedForLast(
  (services: readonly Service[]) => new Map(services.map((one) => [one.metadata.name, one])),
);

const leaksIn = memoizedForLast(
  (virtualServices: readonly VirtualService[], { clusterDomain }: EnvContext['config']) =>
    meshLeaks(virtualServices.map(withMergedRoutes), clusterDomain),
);

/** Each host asks the same VirtualServices. Their routes are read: one may have no room for notes. */
const guardsIn = memoizedForLast(
  (virtualServices: readonly VirtualService[], config: EnvContext['config']) =>
    virtualServices.map((one) => ({
      text: `VirtualService ${nameOf(one)}`,
      notes: guardNotes(withMergedRoutes(one), scopeOf(one, config)),
    })),
);
