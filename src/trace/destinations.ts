import type { HostRequest, ReachedDestination } from '../istio/evaluate.ts';
import { proxyNamespace } from '../istio/gateway-name.ts';
import { type MeshService, ruleFor } from '../istio/subset-lookup.ts';
import { matchesSelector } from '../k8s/selector.ts';
import type { MeshSnapshot } from './mesh-snapshot.ts';
import type { TracedDestination, TracedWorkload } from './types.ts';
import { traced, type Workload } from './workloads.ts';

/** A destination that `evaluate` names, with the pods behind it. */
export function tracedDestination(
  { labels, unavailable, ...target }: ReachedDestination,
  request: HostRequest,
  snapshot: MeshSnapshot,
): TracedDestination {
  const service = snapshot.mesh.services.find(({ host }) => host === target.host);
  const seen = subsetSeen(target, service, request, snapshot);
  const from = seen.rule === undefined ? {} : { destinationRule: seen.rule };
  if (unavailable !== undefined) {
    const why = whyUnavailable(unavailable, target, service, seen.names);
    return { ...target, ...from, state: 'unavailable', why, workloads: [] };
  }
  if (service?.selector === undefined) {
    const why = 'the Service selects no pods itself';
    return { ...target, ...from, state: 'unknown', why, workloads: [] };
  }
  const selector = { ...labels };
  const found = snapshot.workloads.filter((one) => isSelected(one, service.namespace, selector));
  return {
    ...target,
    ...from,
    selector,
    ...readiness(found),
    workloads: found.map(traced),
    ...unguarded(found),
  };
}

function isSelected(workload: Workload, namespace: string, selector: Record<string, string>) {
  return (
    workload.namespace === namespace && matchesSelector({ matchLabels: selector }, workload.labels)
  );
}

interface SubsetSeen {
  /** The DestinationRule of the requested subset. */
  rule?: string;
  /** All subsets that the caller sees, with the rules they are from. */
  names: string[];
}

/** The subset as the proxy that sends the request sees it; `evaluate` looks it up in the same way. */
function subsetSeen(
  { subset }: Pick<ReachedDestination, 'subset'>,
  service: MeshService | undefined,
  request: HostRequest,
  { mesh }: MeshSnapshot,
): SubsetSeen {
  if (service === undefined || subset === undefined) return { names: [] };
  const client = { namespace: proxyNamespace(request), labels: request.sourceLabels ?? {} };
  const subsets = ruleFor(service, client, mesh.destinationRules, mesh)?.subsets ?? [];
  const rule = subsets.find(({ name }) => name === subset)?.rule;
  const names = subsets.map(({ name, rule: from }) => `${name} (${from})`);
  return { names, ...(rule === undefined ? {} : { rule }) };
}

function whyUnavailable(
  reason: NonNullable<ReachedDestination['unavailable']>,
  { host, subset }: Pick<ReachedDestination, 'host' | 'subset'>,
  service: MeshService | undefined,
  names: readonly string[],
): string {
  switch (reason) {
    case 'no-service':
      return `there is no Service ${host}`;
    case 'no-port':
      return `the Service listens on ${service?.ports?.join(', ') || 'no port'} only; name destination.port`;
    case 'no-subset': {
      const seen = names.length === 0 ? 'none at all' : `only ${names.join(', ')}`;
      return `no DestinationRule that the caller uses has subset ${subset}: it sees ${seen}`;
    }
    case 'no-pods':
      return `the labels of subset ${subset} contradict the Service's selector`;
  }
}

/** Without a status it is not known how many pods are ready. */
function readiness(found: readonly Workload[]): Pick<TracedDestination, 'state' | 'why'> {
  if (found.length === 0) {
    return { state: 'unknown', why: 'no workload among the objects has such pods' };
  }
  if (found.some(({ ready = 0 }) => ready > 0)) return { state: 'ready' };
  const counted = found.every(({ ready }) => ready !== undefined);
  return counted
    ? { state: 'not-ready', why: 'none of the pods is ready' }
    : { state: 'unknown', why: 'it is not known whether its pods are ready' };
}

/** The envs whose clones are reached together with other pods. */
function unguarded(found: readonly Workload[]): Pick<TracedDestination, 'unguarded'> {
  const envs = [...new Set(found.flatMap(({ env }) => env ?? []))];
  return envs.length > 0 && found.some(({ env }) => env === undefined) ? { unguarded: envs } : {};
}

/** The pods that make the next call after this destination has answered: those of a base before those of a clone. */
export function answering({ workloads }: TracedDestination): TracedWorkload | undefined {
  return workloads.find(({ env }) => env === undefined) ?? workloads[0];
}
