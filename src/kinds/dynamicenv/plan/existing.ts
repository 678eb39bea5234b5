import type { ExistingVersion } from '../../../api/dynamicenv.ts';
import type { EnvContext } from '../context.ts';
import { otherEnvsClone } from './base-trouble.ts';
import { carryOver } from './carry-over.ts';
import { planExistingDeployment } from './existing-deployment.ts';
import { planExistingService } from './existing-service.ts';
import { heldHosts } from './held-hosts.ts';
import type { PlannedHost, Problem } from './host-plan.ts';
import type { ExistingPlan } from './target-state.ts';
import { baseProblems, missingBase, takenByRule, type WorkloadPlan } from './workload-plan.ts';
import type { EnvWorkload } from './workloads.ts';

/** What is planned for a version that exists already; no hosts: no request can be routed to it. */
export interface PlannedExisting {
  existing: ExistingPlan;
  hosts: PlannedHost[];
  warnings: string[];
  /** Fully qualified; for a Service. */
  serviceHost?: string;
}

/**
 * The plan of a subset whose requests go to a version that exists already. Nothing is cloned, and the version is only read. If it is
 * gone, or cannot be used, its injections and rules are not wanted any more, so that they leave in the order of a removal.
 */
export function planExisting(
  entry: EnvWorkload,
  wanted: ExistingVersion,
  context: EnvContext,
): WorkloadPlan {
  const { workload } = entry;
  const { view } = context;
  const name = wanted.deployment ?? wanted.service ?? '';
  const base = view.deployment(workload.namespace, workload.name);
  const planned =
    wanted.deployment === undefined
      ? planExistingService(entry, name, base, context)
      : planExistingDeployment(entry, name, base, context);
  const { existing, hosts, warnings } = planned;
  const baseTrouble = base === undefined ? missingBase(workload, view) : otherEnvsClone(base);
  const troubles = [baseTrouble, existing.trouble].filter((one) => one !== undefined);
  const isPlanned = troubles.length === 0;
  const takenBy = isPlanned ? takenByRule(hosts, {}, context) : undefined;
  return {
    ...entry,
    cloneName: name,
    existing,
    recreate: false,
    hosts: isPlanned
      ? hosts.map(({ plan }) => carryOver(plan, existing.state, context))
      : heldHosts(
          entry,
          existing.trouble === undefined ? undefined : nameOf(name, planned),
          context,
        ),
    ...(takenBy === undefined ? {} : { takenBy }),
    problems: [
      ...troubles.map((message): Problem => ({ section: 'deployment', message })),
      ...(existing.kind === 'Deployment' ? baseProblems(entry, base, context.config) : []),
      ...(isPlanned ? hosts.flatMap(({ problems }) => problems) : []),
    ],
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

function nameOf(name: string, { serviceHost }: PlannedExisting) {
  return { name, ...(serviceHost === undefined ? {} : { serviceHost }) };
}
