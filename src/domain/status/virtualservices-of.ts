import type { ResourceStatus } from '../../api/dynamicenv.ts';
import { onlyDelegates } from '../../istio/delegates.ts';
import { fqdn } from '../../istio/host.ts';
import { nameOf, namespaceOf } from '../../istio/objects.ts';
import { concernedHosts } from '../../istio/route-kinds.ts';
import type { VirtualService } from '../../istio/types.ts';
import type { HostPlan } from '../host-plan.ts';
import type { StatusContext } from './context.ts';

/** The VirtualServices that can carry routes for a host. A root is none where its delegate is: nothing is missing in it. */
export function carriersOf(
  host: string,
  { view, config: { clusterDomain } }: StatusContext,
): VirtualService[] {
  const concerned = view
    .virtualServices()
    .filter((candidate) => concernedHosts(candidate, clusterDomain).includes(host));
  return concerned.filter((candidate) => !onlyDelegates(candidate, host, concerned, clusterDomain));
}

/** Which VirtualService seen here decides about the mesh's requests to a host, though it has no route to it (`namespace/name`). */
export function deciderOf(
  host: string,
  { view, config: { clusterDomain } }: StatusContext,
): string | undefined {
  const found = view.virtualServices().find((candidate) => {
    const { hosts = [], gateways = ['mesh'] } = candidate.spec ?? {};
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
  { isRehearsal }: StatusContext['config'],
): string {
  if (decider !== undefined) {
    return `requests to ${host} go where VirtualService ${decider} sends them, which is not there`;
  }
  if (isRehearsal) return unrouted(host);
  return `no VirtualService with a route to ${host} is marked for this env; if there is one, its marks may be refused: see --metacontroller-user`;
}
