import type { DynamicEnvStatus } from '../../api/dynamicenv.ts';
import type { Refusal } from '../../crd/refusal.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { removalBlocker, syncBlocker } from './checks/order.ts';
import { entryWorkloads } from './configuration/entry-workloads.ts';
import { configuredReport } from './configuration/report.ts';
import { type EnvInput, type EnvRequest, gather } from './gather.ts';
import { decideChildren, keepAll, keptUnrecognized } from './lifecycle/children.ts';
import type { Rest } from './lifecycle/life-time.ts';
import { allChildren } from './observed.ts';
import { entryInjections } from './plan/entries.ts';
import type { EnvSettings } from './settings.ts';
import { blockedStatus } from './status/blocked-status.ts';
import { entryReport } from './status/entry-status.ts';
import { envStatus } from './status/env-status.ts';
import { withLifeTime } from './status/life-time-status.ts';
import { removalStatus } from './status/removal-status.ts';
import { restingStatus } from './status/resting-status.ts';
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

/**
 * What an env is to own now, and its status. `refusals`: why its spec cannot be acted on. An env that is suspended or has expired is
 * emptied in any case: its removal needs nothing of the spec.
 */
export function syncEnv(
  request: EnvRequest,
  refusals: readonly Refusal[],
  config: EnvSettings,
  now: Date,
): EnvDecision {
  const input = gather(request, refusals, config, now);
  const { observed, lifecycle, life } = input;
  if (life.rest !== undefined) return restingEnv(input, life.rest);
  const blocker = syncBlocker(input);
  if (blocker !== undefined) {
    return {
      status: withLifeTime(blockedStatus(blocker, input), life),
      children: keepAll(observed, lifecycle.harmful),
      ...resync([life.wait]),
    };
  }
  const standing = input.plans();
  const { plans, mayBegin } = standing;
  const staying = plans.filter(({ withheld }) => withheld !== 'blocked');
  const entries = entryInjections(input, entryWorkloads(staying, input));
  const { children, waits, departing } = decideChildren(plans, lifecycle, entries, mayBegin);
  const context = { ...input, departing };
  const reports = staying.map((plan) => workloadReport(plan, context));
  const stall = findStall(input);
  const ofEntries = entries.map((entry) => entryReport(entry, context));
  const configured = configuredReport(input, standing);
  const { status, waits: later } = envStatus(
    reports,
    stall.finding,
    context,
    ofEntries,
    configured,
  );
  return {
    status: withLifeTime(status, life),
    children: [...children, ...keptUnrecognized(observed)],
    ...resync([...waits, ...later, stall.wait, life.wait]),
  };
}

/** An env that is suspended or has expired: the same stages as at its removal, but the env stays. */
function restingEnv(input: EnvInput, rest: Rest): EnvDecision {
  const { observed, lifecycle, life } = input;
  const blocker = removalBlocker(input);
  const { status, wait } = restingStatus(rest, input, blocker);
  const { children, waits } =
    blocker === undefined
      ? decideChildren([], lifecycle)
      : { children: keepAll(observed, lifecycle.harmful), waits: [] };
  return {
    status: withLifeTime(status, life),
    children,
    ...resync([...waits, wait, life.wait]),
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
