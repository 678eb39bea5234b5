import type { DynamicEnvStatus } from '../../api/dynamicenv.ts';
import type { Refusal } from '../../crd/refusal.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { removalBlocker, syncBlocker } from './checks/order.ts';
import { type EnvRequest, gather } from './gather.ts';
import { decideChildren, keepAll, keptUnrecognized } from './lifecycle/children.ts';
import { allChildren } from './observed.ts';
import { entryInjections } from './plan/entries.ts';
import type { EnvSettings } from './settings.ts';
import { blockedStatus } from './status/blocked-status.ts';
import { entryReport } from './status/entry-status.ts';
import { envStatus } from './status/env-status.ts';
import { removalStatus } from './status/removal-status.ts';
import { findStall } from './status/stall.ts';
import { workloadReport } from './status/workload-report.ts';

/** A wait that is computed from a time centuries away overflows Metacontroller's clock; it then asks without a pause. */
const MAX_RESYNC_SECONDS = 3600;

export interface EnvDecision {
  status: DynamicEnvStatus;
  children: KubeObject[];
  resyncAfterSeconds?: number;
  finalized?: boolean;
}

/** What an env is to own now, and its status. `refusals`: why its spec cannot be acted on. */
export function syncEnv(
  request: EnvRequest,
  refusals: readonly Refusal[],
  config: EnvSettings,
  now: Date,
): EnvDecision {
  const input = gather(request, refusals, config, now);
  const { observed, lifecycle } = input;
  const blocker = syncBlocker(input);
  if (blocker !== undefined) {
    return {
      status: blockedStatus(blocker, input),
      children: keepAll(observed, lifecycle.harmful),
    };
  }
  const plans = input.plans();
  const entries = entryInjections(input);
  const { children, waits, departing } = decideChildren(plans, lifecycle, entries);
  const context = { ...input, departing };
  const reports = plans.map((plan) => workloadReport(plan, context));
  const stall = findStall(input);
  const ofEntries = entries.map((entry) => entryReport(entry, context));
  const { status, waits: later } = envStatus(reports, stall.finding, context, ofEntries);
  return {
    status,
    children: [...children, ...keptUnrecognized(observed)],
    ...resync([...waits, ...later, stall.wait]),
  };
}

/** An env that is being deleted: the stages are those of the removal of one subset, until it owns nothing any more. */
export function finalizeEnv(request: EnvRequest, config: EnvSettings, now: Date): EnvDecision {
  const input = gather(request, [], config, now);
  const { env, observed, lifecycle } = input;
  const blocker = removalBlocker(input);
  const { status, wait } = removalStatus(input, blocker);
  // `kubectl delete --cascade=orphan`: the children stay, and without this answer the deletion hangs.
  if (env.metadata.finalizers?.includes('orphan')) {
    return { status, children: keepAll(observed, new Set()), finalized: true };
  }
  if (blocker !== undefined) {
    return { status, children: keepAll(observed, lifecycle.harmful), finalized: false };
  }
  const { children, waits } = decideChildren([], lifecycle);
  const isDone = allChildren(observed).length === 0;
  return {
    status,
    children,
    finalized: isDone,
    ...(isDone ? {} : resync([...waits, wait])),
  };
}

function resync(waits: readonly (number | undefined)[]): { resyncAfterSeconds?: number } {
  const due = waits.filter((wait): wait is number => wait !== undefined && wait > 0);
  return due.length === 0 ? {} : { resyncAfterSeconds: Math.min(...due, MAX_RESYNC_SECONDS) };
}
