import type { StatusError, SubsetErrors, WorkloadStatus } from '../../../api/dynamicenv.ts';
import { rfc3339 } from '../../../k8s/time.ts';
import type { Problem } from '../plan/host-plan.ts';

/** The problems by section. One that is in the previous status keeps its time; otherwise each sync would change the status. */
export function subsetErrors(
  problems: readonly Problem[],
  previous: WorkloadStatus | undefined,
  now: Date,
): SubsetErrors | undefined {
  if (problems.length === 0) return undefined;
  const errors: SubsetErrors = {};
  for (const { section, message } of problems) {
    const before: unknown = previous?.subsetErrors?.[section];
    const known = (Array.isArray(before) ? before : []).find((one) => one?.error === message);
    const entry: StatusError = known ?? { error: message, lastOccurrence: rfc3339(now) };
    errors[section] = [...(errors[section] ?? []), entry];
  }
  return errors;
}
