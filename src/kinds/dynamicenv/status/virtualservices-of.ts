import type { ResourceStatus } from '../../../api/dynamicenv.ts';
import { delegatesToAny } from '../../../istio/delegates.ts';
import { fqdn } from '../../../istio/host.ts';
import { nameOf, namespaceOf } from '../../../istio/objects.ts';
import { concernedHosts, liveHosts } from '../../../istio/route-kinds.ts';
import type { VirtualService } from '../../../istio/types.ts';
import type { HostPlan } from '../plan/host-plan.ts';
import type { StatusContext } from './context.ts';

/** The VirtualServices that can carry routes for a host. A root is none where its delegate is: nothing is missing in it. */
export function carriersOf(
  host: string,
  { view, config: { clusterDomain } }: StatusContext,
): VirtualService[] {
  const concerned = byHost(view.virtualServices(), clusterDomain).get(host) ?? [];
  const byName = new Map(concerned.map((one) => [nameOf(one), one]));
  return concerned.filter(
    (one) =>
      !delegatesToAny(one, (name) => byName.get(name)) ||
      liveHosts(one, clusterDomain).includes(host),
  );
}

/** Each host of an env asks the same VirtualServices. */
const indexes = new WeakMap<readonly VirtualService[], ReadonlyMap<string, VirtualService[]>>();

function byHost(
  virtualServices: readonly VirtualService[],
  clusterDomain: string,
): ReadonlyMap<string, VirtualService[]> {
  const before = indexes.get(virtualServices);
  if (before !== undefined) return before;
  const index = new Map<string, VirtualService[]>();
  for (const one of virtualServices) {
    for (const host of concernedHosts(one, clusterDomain)) {
      const list = index.get(host) ?? [];
      index.set(host, list);
      list.push(one);
    }
  }
  indexes.set(virtualServices, index);
  return index;
}

/** Which VirtualService seen here decides about the mesh's requests to a host, though it has no route to it (`namespace/name`). */
export function deciderOf(
  host: string,
  { view, config: { clusterDomain } }: StatusContext,
): string | undefined {
  const found = view.virtualServices().find((candidate) => {
    const hosts = candidate.spec?.hosts ?? [];
    const gateways = candidate.spec?.gateways ?? ['mesh'];
    const full = hosts.map((one) => fqdn(one, namespaceOf(candidate), clusterDomain));
    return full.includes(host) && gateways.includes('mesh');
  });
  return found && nameOf(found);
}

/** That no VirtualService is there for a host, and what it means. */
export function unrouted(host: string): string {
  return `no VirtualService routes ${host}, so that its requests reach all pods, the clone's too; add one that names the base's subset`;
}

/** That none can carry routes for a host. `decider`: see `deciderOf`. */
export function missingVirtualService(
  { host, service, namespace }: HostPlan,
  decider: string | undefined,
  { config }: StatusContext,
): ResourceStatus {
  const status = 'ignored-missing-virtual-service';
  return { name: service, namespace, status, message: whyMissing(host, decider, config) };
}

function whyMissing(
  host: string,
  decider: string | undefined,
  { isSimulation }: StatusContext['config'],
): string {
  if (decider !== undefined) {
    return `requests to ${host} go where VirtualService ${decider} sends them, which is not there`;
  }
  if (isSimulation) return unrouted(host);
  return `no VirtualService with a route to ${host} is marked for this env; if there is one, its marks may be refused: see --metacontroller-user`;
}
