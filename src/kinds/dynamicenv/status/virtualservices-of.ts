import type { ResourceStatus } from '../../../api/dynamicenv.ts';
import { delegatesToAny } from '../../../istio/delegates.ts';
import { isForMesh } from '../../../istio/gateway-name.ts';
import { fqdn } from '../../../istio/host.ts';
import { nameOf, namespaceOf } from '../../../istio/objects.ts';
import { affectedHosts, liveHosts } from '../../../istio/route-kinds.ts';
import type { VirtualService } from '../../../istio/types.ts';
import { memoizedForLast } from '../../../k8s/memoize.ts';
import type { HostPlan } from '../plan/host-plan.ts';
import type { StatusContext } from './context.ts';

/**
 * The VirtualServices that can carry routes for a host. A root whose delegate can is left out, unless it routes to the host
 * itself.
 */
export function carriersOf(
  host: string,
  { view, config: { clusterDomain } }: StatusContext,
): VirtualService[] {
  const concerned = hostIndex(view.virtualServices(), clusterDomain).get(host) ?? [];
  const byName = new Map(concerned.map((one) => [nameOf(one), one]));
  return concerned.filter(
    (one) =>
      !delegatesToAny(one, (name) => byName.get(name)) ||
      liveHosts(one, clusterDomain).includes(host),
  );
}

/** Each host of an env asks the same VirtualServices. */
const hostIndex = memoizedForLast(byHost);

function byHost(
  virtualServices: readonly VirtualService[],
  clusterDomain: string,
): ReadonlyMap<string, VirtualService[]> {
  const index = new Map<string, VirtualService[]>();
  for (const one of virtualServices) {
    for (const host of affectedHosts(one, clusterDomain)) {
      const list = index.get(host) ?? [];
      index.set(host, list);
      list.push(one);
    }
  }
  return index;
}

/** The VirtualService that decides about the mesh's requests to a host without having a route to it (`namespace/name`). */
export function deciderOf(
  host: string,
  { view, config: { clusterDomain } }: StatusContext,
): string | undefined {
  const found = view.virtualServices().find((candidate) => {
    const hosts = candidate.spec?.hosts ?? [];
    const gateways = candidate.spec?.gateways ?? [];
    const full = hosts.map((one) => fqdn(one.toLowerCase(), namespaceOf(candidate), clusterDomain));
    return full.includes(host) && isForMesh(gateways);
  });
  return found && nameOf(found);
}

/** Says that no VirtualService exists for a host, and what that means. */
export function unrouted(host: string): string {
  return `no VirtualService routes ${host}, so that its requests reach all pods, the clone's too; add one that names the base's subset`;
}

/** The entry of a host for which no VirtualService can carry routes. `decider`: see `deciderOf`. */
export function missingVirtualService(
  { host, service, namespace, isRuleless }: HostPlan,
  decider: string | undefined,
  { config }: StatusContext,
): ResourceStatus {
  const status = 'ignored-missing-virtual-service';
  const message =
    isRuleless && config.isSimulation && decider === undefined
      ? `no VirtualService routes ${host}; add one, so that its routes can be copied`
      : whyMissing(host, decider, config);
  return { name: service, namespace, status, message };
}

function whyMissing(
  host: string,
  decider: string | undefined,
  { isSimulation }: StatusContext['config'],
): string {
  if (decider !== undefined) {
    return `requests to ${host} are sent elsewhere by VirtualService ${decider}, not to the base's pods`;
  }
  if (isSimulation) return unrouted(host);
  return `no VirtualService with a route to ${host} is marked for this env; if there is one, its marks may be refused: see --metacontroller-user`;
}
