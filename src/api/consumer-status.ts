import type {
  ConsumerStatus,
  DynamicEnvStatus,
  ResourceStatus,
  StatusError,
  WorkloadStatus,
} from './dynamicenv.ts';

/** `consumersStatus` of the status; absent when there are no consumers. */
export function toConsumersStatus(
  workloads: Readonly<Record<string, WorkloadStatus>>,
): Pick<DynamicEnvStatus, 'consumersStatus'> {
  const entries = Object.entries(workloads);
  if (entries.length === 0) return {};
  return {
    consumersStatus: Object.fromEntries(
      entries.map(([key, workload]) => [key, consumerStatus(workload)]),
    ),
  };
}

/** A consumer's entry in the status. */
function consumerStatus({ deployment, events, subsetErrors }: WorkloadStatus): ConsumerStatus {
  const errors = errorsOf(subsetErrors);
  return {
    ...deployment,
    ...(errors.length === 0 ? {} : { errors }),
    ...(events === undefined ? {} : { events }),
    deployment,
  };
}

/**
 * The status entries of consumers in the shape of the subsets' entries, whichever version wrote them: before 0.1 the
 * clone was in `deployment` and the errors in `subsetErrors`.
 */
export function readConsumersStatus(
  status: Pick<DynamicEnvStatus, 'consumersStatus'> | undefined,
): Record<string, WorkloadStatus> {
  const entries = Object.entries(status?.consumersStatus ?? {});
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, workloadOf(key, entry)] satisfies [string, WorkloadStatus]),
  );
}

function workloadOf(key: string, entry: ConsumerStatus): WorkloadStatus {
  const errors = entry.errors ?? errorsOf(entry.subsetErrors);
  const deployment = cloneOf(key, entry);
  return {
    deployment,
    ...(entry.events === undefined ? {} : { events: entry.events }),
    ...(errors.length === 0 ? {} : { subsetErrors: { deployment: errors } }),
  };
}

function cloneOf(key: string, entry: ConsumerStatus): ResourceStatus {
  const { name, namespace, status, message, deployment } = entry;
  if (name !== undefined && namespace !== undefined && status !== undefined) {
    return { name, namespace, status, ...(message === undefined ? {} : { message }) };
  }
  const [base = '', workload = ''] = key.split('/');
  return deployment ?? { name: workload, namespace: base, status: 'unknown' };
}

/** The errors of all parts. Each text occurs once. */
function errorsOf(errors: WorkloadStatus['subsetErrors']): StatusError[] {
  const all = Object.values(errors ?? {}).flat() as StatusError[];
  return [...new Map(all.map((one) => [one.error, one])).values()];
}
