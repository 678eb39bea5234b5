import type { DynamicEnv } from '../../api/dynamicenv.ts';
import { FORCE_REMOVAL_ANNOTATION, isTrue } from '../../api/marks.ts';
import type { Refusal } from '../../crd/refusal.ts';
import type { ObjectMap } from '../../hooks/types.ts';
import { meshView } from '../../mesh/view.ts';
import { type ConfigurationReader, configurationReader } from './configuration/configuration.ts';
import { leavers } from './configuration/derive.ts';
import { type Standing, standing } from './configuration/standing.ts';
import type { EnvContext } from './context.ts';
import { ruleNamespaces } from './customize.ts';
import type { LifecycleContext } from './lifecycle/children.ts';
import { type LifeTime, lifeTime } from './lifecycle/life-time.ts';
import { baseKeyOf, observe } from './observed.ts';
import { planExisting } from './plan/existing.ts';
import { harmfulKeys } from './plan/rule-harm.ts';
import { planWorkload, type WorkloadPlan } from './plan/workload-plan.ts';
import { type EnvWorkload, envWorkloads } from './plan/workloads.ts';
import type { EnvSettings } from './settings.ts';

/** What Metacontroller sent. */
export interface EnvRequest {
  env: DynamicEnv;
  children: ObjectMap;
  related: ObjectMap;
  /** Length of the request's body, if known. It bounds costs, and changes no answer. */
  sentBytes?: number | undefined;
}

/** Everything that one sync or removal decides on. */
export interface EnvInput extends EnvRequest, EnvContext {
  /** Why the spec cannot be acted on; none: it can. */
  refusals: readonly Refusal[];
  /** Whether the env is suspended or has expired. */
  life: LifeTime;
  lifecycle: LifecycleContext;
  configuration: ConfigurationReader;
  /** The workloads that the spec names, and those that the configuration clones. */
  workloads(): readonly EnvWorkload[];
  /** What each workload should look like. Computed at the first call: whether that takes too long is checked first. */
  plans(): Standing;
}

export function gather(
  request: EnvRequest,
  refusals: readonly Refusal[],
  config: EnvSettings,
  now: Date,
): EnvInput {
  const { env, children, related } = request;
  const view = meshView(related, config.clusterDomain, () => ruleNamespaces(env, config));
  const context: EnvContext = { env, view, observed: observe(children), config, now };
  const cloned = new Set(context.observed.deployments.map(baseKeyOf));
  const configuration = configurationReader(context, cloned);
  const workloads = () => {
    const read = configuration.read();
    return read === undefined ? envWorkloads(env) : [...read.named, ...read.workloads];
  };
  const leaving = () => {
    const { shared = [] } = configuration.read() ?? {};
    return leavers(shared, cloned, view, config);
  };
  let plans: Standing | undefined;
  return {
    ...request,
    ...context,
    refusals,
    life: lifeTime(env, config, now),
    lifecycle: lifecycleOf(context),
    configuration,
    workloads,
    plans: () => {
      plans ??= standing(
        [...workloads(), ...leaving()].map((entry) => planOf(entry, context)),
        configuration.read()?.blocked ?? [],
        context,
      );
      return plans;
    },
  };
}

function planOf(entry: EnvWorkload, context: EnvContext): WorkloadPlan {
  const { existing } = entry.workload;
  return existing === undefined
    ? planWorkload(entry, context)
    : planExisting(entry, existing, context);
}

function lifecycleOf({ env, view, observed, config, now }: EnvContext): LifecycleContext {
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
