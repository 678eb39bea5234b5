import { readConsumersStatus } from '../../../api/consumer-status.ts';
import type { ResourceStatus, WorkloadStatus } from '../../../api/dynamicenv.ts';
import { eventsReport } from '../events/status.ts';
import type { Problem } from '../plan/host-plan.ts';
import type { WorkloadPlan } from '../plan/workload-plan.ts';
import type { StatusContext } from './context.ts';
import { deploymentStatus } from './deployment-status.ts';
import { subsetErrors } from './errors.ts';
import { existingStatus } from './existing-status.ts';
import { type HostStatus, hostStatus } from './host-status.ts';

/** Text from the documentation of Riskified's operator: its users' scripts may look for it. */
export const NO_COMMON_HOST =
  "Couldn't find common active service hostname across DestinationRules and VirtualServices";

const SHADOWED =
  'other envs take all requests that match this one; see the condition Conflicting, and narrow the matches';

const TAKEN =
  'another workload of this env takes all requests that this one would get, since one subset leads to both bases; see the condition Conflicting, and give each base a subset of its own, with labels that only its pods have';

/** The status of one workload, and what the env's conditions are computed from. */
export interface WorkloadReport {
  plan: WorkloadPlan;
  status: WorkloadStatus;
  hosts: HostStatus[];
  problems: Problem[];
  /** The clone's pods answer, and run what was asked for. */
  isRunning: boolean;
  /** Requests can reach the clone; true for a consumer, which gets none. */
  isRouted: boolean;
  /** Why the clone does not handle its messages yet; absent: it does, or it is without `events`. */
  pendingEvents?: string;
}

export function workloadReport(plan: WorkloadPlan, context: StatusContext): WorkloadReport {
  const deployment = existingStatus(plan, context) ?? deploymentStatus(plan, context);
  const hosts = plan.hosts.map((host) => hostStatus(host, context));
  const isSubset = plan.kind === 'subset';
  const isRouted = !isSubset || hosts.some(({ isComplete }) => isComplete);
  const problems = [
    ...plan.problems,
    ...(deployment.status === 'failed' && plan.existing?.trouble === undefined
      ? [
          {
            section: 'deployment' as const,
            message: deployment.message ?? 'its pods are not available',
          },
        ]
      : []),
    ...(isSubset && isUnreachable(hosts) ? [unreachable(hosts)] : []),
  ];
  const { status } = context.env;
  const previous = (isSubset ? status?.subsetsStatus : readConsumersStatus(status))?.[plan.key];
  // A consumer's problems are in one list.
  const placed = problems.map((one) =>
    isSubset ? one : { ...one, section: 'deployment' as const },
  );
  const events = eventsReport(plan, context);
  const errors = subsetErrors(placed, previous, context.now);
  return {
    plan,
    status: {
      deployment,
      ...(isSubset ? { destinationRules: hosts.flatMap(({ rules }) => rules) } : {}),
      ...(isSubset ? { virtualServices: unique(hosts) } : {}),
      ...events.status,
      ...(errors === undefined ? {} : { subsetErrors: errors }),
    },
    hosts,
    problems,
    isRunning: deployment.status === 'running',
    isRouted,
    ...events.report,
  };
}

function unreachable(hosts: readonly HostStatus[]): Problem {
  const isTaken = hosts.some((host) => host.isTaken);
  const isShadowed = hosts.some((host) => host.isShadowed);
  const unseen = isTaken ? TAKEN : NO_COMMON_HOST;
  return { section: 'subset', message: isShadowed ? SHADOWED : unseen };
}

/** Without any host the plan says why. As long as one host may still work, there is no error. */
function isUnreachable(hosts: readonly HostStatus[]): boolean {
  return hosts.length > 0 && hosts.every(({ isHopeless }) => isHopeless);
}

/** One VirtualService may serve several hosts: it is listed once for each status that it has for them, with all their messages. */
function unique(hosts: readonly HostStatus[]): ResourceStatus[] {
  const all = hosts.flatMap(({ virtualServices }) => virtualServices);
  const groups = Map.groupBy(
    all,
    ({ namespace, name, status }) => `${namespace}/${name}/${status}`,
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const messages = new Set(group.flatMap(({ message }) => message ?? []));
    if (first === undefined || messages.size < 2) return group.slice(0, 1);
    return [{ ...first, message: [...messages].join('; ') }];
  });
}
