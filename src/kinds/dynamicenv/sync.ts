import type { DynamicEnv, DynamicEnvStatus } from '../../api/dynamicenv.ts';
import { envId } from '../../api/env-id.ts';
import { FORCE_REMOVAL_ANNOTATION, isTrue } from '../../api/marks.ts';
import type { Refusal } from '../../crd/refusal.ts';
import type { ObjectMap } from '../../hooks/types.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { type MeshView, meshView } from '../../mesh/view.ts';
import { tooMuch } from './checks/too-much.ts';
import { type Undecided, undecided, undecidedRemoval } from './checks/undecided.ts';
import { ruleNamespaces } from './customize.ts';
import { decideChildren, keepAll, keptStrange } from './lifecycle/children.ts';
import type { RetirementContext } from './lifecycle/retirement.ts';
import { allChildren, observe } from './observed.ts';
import { harmfulKeys } from './plan/rule-harm.ts';
import { planWorkload, type WorkloadPlan } from './plan/workload-plan.ts';
import { envWorkloads } from './plan/workloads.ts';
import type { DecisionConfig } from './settings.ts';
import type { StatusContext } from './status/context.ts';
import {
  envStatus,
  NO_MESH_INDEX,
  refusedStatus,
  standstill,
  TOO_LARGE,
} from './status/env-status.ts';
import { removalStatus } from './status/removal-status.ts';
import { findStall } from './status/stall.ts';
import { workloadReport } from './status/workload-report.ts';

/** A wait from a time that is wrong by centuries overflows Metacontroller's clock, which then asks without a pause. */
const MAX_RESYNC_SECONDS = 3600;

export interface EnvDecision {
  status: DynamicEnvStatus;
  children: KubeObject[];
  resyncAfterSeconds?: number;
  finalized?: boolean;
}

export interface EnvInput {
  env: DynamicEnv;
  children: ObjectMap;
  related: ObjectMap;
}

/** What an env is to own now, and how it stands. `refusals`: why its spec cannot be acted on. */
export function syncEnv(
  input: EnvInput,
  refusals: readonly Refusal[],
  config: DecisionConfig,
  now: Date,
): EnvDecision {
  const { env } = input;
  const view = viewOf(input, config);
  const observed = observe(input.children);
  const context = { env, view, observed, leaving: new Set<string>(), config, now };
  const leave = retirement(context);
  if (refusals.length > 0) {
    return { status: refusedStatus(refusals, context), children: keepAll(observed, leave.harmful) };
  }
  const unknown = undecided({ ...input, ...context });
  if (unknown !== undefined) {
    return {
      status: refusedStatus(refusalsFor(unknown), context, standstill(unknown.reason)),
      children: keepAll(observed, leave.harmful),
    };
  }
  const unseen = view.problems();
  if (unseen.length > 0) {
    const messages = unseen.map((message) => ({ reason: 'NoMeshIndex', message }));
    return {
      status: refusedStatus(messages, context, NO_MESH_INDEX),
      children: keepAll(observed, leave.harmful),
    };
  }
  const tooLarge = tooMuch(env, view, config);
  if (tooLarge.length > 0) {
    const messages = tooLarge.map((message) => ({ reason: 'TooLarge', message }));
    return {
      status: refusedStatus(messages, context, TOO_LARGE),
      children: keepAll(observed, leave.harmful),
    };
  }
  const plans = envWorkloads(env).map((entry) => planWorkload(entry, context));
  const taken = takenName(env, plans);
  if (taken.length > 0) {
    return { status: refusedStatus(taken, context), children: keepAll(observed, leave.harmful) };
  }
  const { children, waits, leaving } = decideChildren(plans, leave);
  const told = { ...context, leaving };
  const stall = findStall(context);
  const { status, waits: later } = envStatus(
    plans.map((plan) => workloadReport(plan, told)),
    stall.verdict,
    told,
  );
  return {
    status,
    children: [...children, ...keptStrange(observed)],
    ...resync([...waits, ...later, stall.wait]),
  };
}

/** How an env that is being deleted goes: the same stages as for one subset, until nothing of it is left. */
export function finalizeEnv(input: EnvInput, config: DecisionConfig, now: Date): EnvDecision {
  const { env } = input;
  const observed = observe(input.children);
  const view = viewOf(input, config);
  const context = { env, view, observed, leaving: new Set<string>(), config, now };
  const leave = retirement(context);
  const unknown = leave.force ? undefined : undecidedRemoval({ ...input, view });
  const { status, wait } = removalStatus(context, unknown);
  // `kubectl delete --cascade=orphan`: the children stay, and without this answer the deletion hangs.
  if (env.metadata.finalizers?.includes('orphan')) {
    return { status, children: keepAll(observed, new Set()), finalized: true };
  }
  if (unknown !== undefined) {
    return { status, children: keepAll(observed, leave.harmful), finalized: false };
  }
  const { children, waits } = decideChildren([], leave);
  const isDone = allChildren(observed).length === 0;
  return {
    status,
    children,
    finalized: isDone,
    ...(isDone ? {} : resync([...waits, wait])),
  };
}

function refusalsFor({ reason, messages }: Undecided): Refusal[] {
  return messages.map((message) => ({ reason, message }));
}

function viewOf({ env, related }: EnvInput, config: DecisionConfig): MeshView {
  return meshView(related, config.clusterDomain, () => ruleNamespaces(env, config));
}

function retirement({
  env,
  view,
  observed,
  config,
  now,
}: StatusContext): RetirementContext & { settleSeconds: number } {
  return {
    env: env.metadata.name,
    observed,
    virtualServices: view.virtualServices(),
    harmful: harmfulKeys(observed.rules, view, config.clusterDomain),
    clusterDomain: config.clusterDomain,
    drainSeconds: config.drainSeconds,
    settleSeconds: config.settleSeconds,
    now,
    force: isTrue(env.metadata.annotations?.[FORCE_REMOVAL_ANNOTATION]),
  };
}

/** An env whose subset name means something already would change where other people's requests go. */
function takenName(env: DynamicEnv, plans: readonly WorkloadPlan[]): Refusal[] {
  return plans.flatMap(({ takenBy }) =>
    takenBy === undefined
      ? []
      : [
          {
            reason: 'Forbidden',
            path: 'metadata.name',
            message: `DestinationRule ${takenBy.rule} already has a subset for ${envId(env.metadata.name)} (${takenBy.subset}); give the env another name`,
          },
        ],
  );
}

function resync(waits: readonly (number | undefined)[]): { resyncAfterSeconds?: number } {
  const due = waits.filter((wait): wait is number => wait !== undefined && wait > 0);
  return due.length === 0 ? {} : { resyncAfterSeconds: Math.min(...due, MAX_RESYNC_SECONDS) };
}
