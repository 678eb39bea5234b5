import type { DynamicEnv, Workload } from '../../../api/dynamicenv.ts';
import { ROLLOUT_ANNOTATION } from '../../../api/marks.ts';
import { jsonEqual } from '../../../k8s/canonical.ts';
import type { Deployment, Service } from '../../../k8s/workload.ts';
import type { MeshView } from '../../../mesh/view.ts';
import { targetSubsets } from '../../../virtualservice/routes/targets.ts';
import { withMark, withOverlay } from '../configuration/overlay.ts';
import type { EnvContext } from '../context.ts';
import { planEvents } from '../events/plan.ts';
import type { ClonePlan, EventsPlan, PlannedClone } from '../events/types.ts';
import { keep } from '../observed.ts';
import type { EnvSettings } from '../settings.ts';
import { withoutPods } from './argo-rollout.ts';
import { podLabelsOf } from './base-labels.ts';
import { otherEnvsClone, wrongVersion } from './base-trouble.ts';
import { carryOver } from './carry-over.ts';
import { cloneDeployment, subsetMarks } from './deployment-clone.ts';
import { rulesFor, takenSubset } from './destination-rules.ts';
import { heldHosts } from './held-hosts.ts';
import {
  type HostPlan,
  type PlannedHost,
  type Problem,
  planHosts,
  type SubsetTarget,
  withoutOwn,
} from './host-plan.ts';
import { cloneName } from './names.ts';
import { noService } from './no-service.ts';
import { droppedPortNames } from './repeated-ports.ts';
import { cloneOnlyServices } from './services.ts';
import { sharedPortsAndClaims } from './shared-ports-and-claims.ts';
import { cloneState, type ExistingPlan } from './target-state.ts';
import type { EnvWorkload } from './workloads.ts';

/** What one workload should have in the end; `lifecycle/` decides about the steps. */
export interface WorkloadPlan extends EnvWorkload {
  /** Or the name of what exists already. */
  cloneName: string;
  /** The observed clone. */
  observed?: Deployment;
  /** The wanted clone; absent: there is nothing to create, see `problems`. */
  deployment?: Deployment;
  /**
   * The clone must be recreated, because its selector has to change and cannot, or because the rest of its messages is its own. Or it may not be
   * created yet.
   */
  recreate: boolean;
  /** Absent: the workload is without `events`. */
  events?: EventsPlan;
  hosts: HostPlan[];
  /** Another person's rule and its subset that has the name of one of the env's subsets, or asks for the env's marks. */
  takenBy?: { rule: string; subset: string };
  problems: Problem[];
  /** Facts that may surprise, though everything works; absent: none. */
  warnings?: string[];
  /** A derived workload that gets no clone, or none yet: what it has leads VirtualServices to the env. */
  withheld?: 'blocked' | 'looking';
  /** The requests go to a version that exists already, and nothing is cloned. */
  existing?: ExistingPlan;
}

export function planWorkload(entry: EnvWorkload, context: EnvContext): WorkloadPlan {
  const { workload } = entry;
  const name = cloneName(workload.name, context.env.metadata.name);
  const observed = context.observed.deployments.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === workload.namespace,
  );
  const base = context.view.deployment(workload.namespace, workload.name);
  const planned = planDeployment(entry, base, observed, name, context);
  const clone = planEvents(entry, base, planned, observed, context);
  const { deployment, problem, events } = clone;
  const changed = clone.mustWait || hasOtherSelector(deployment, observed);
  const hosts =
    deployment === undefined
      ? []
      : planHosts(entry, base, cloneTarget(deployment, context), context);
  const state = cloneState(observed, changed);
  const plans =
    deployment === undefined
      ? heldHosts(entry, { name }, context)
      : hosts.map(({ plan }) => carryOver(plan, state, context));
  const marks = subsetMarks(name, context.env.metadata.name, context.config.versionLabel);
  const takenBy = takenByRule(hosts, marks, context);
  const warnings = warningsOf(base, clone, context.view);
  return {
    ...entry,
    cloneName: name,
    ...(observed === undefined ? {} : { observed }),
    ...(deployment === undefined ? {} : { deployment }),
    recreate: changed,
    ...(events === undefined ? {} : { events }),
    hosts: plans,
    ...(takenBy === undefined ? {} : { takenBy }),
    problems: [
      ...(problem === undefined ? [] : [problem]),
      ...(deployment === undefined ? [] : baseProblems(entry, base, context.config)),
      ...hosts.flatMap(({ problems }) => problems),
      ...(deployment !== undefined && hosts.length === 0 && entry.kind === 'subset'
        ? [noService(entry, base, deployment, context.view)]
        : []),
    ],
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** It cannot be changed in place. */
function hasOtherSelector(wanted: Deployment | undefined, observed: Deployment | undefined) {
  return (
    wanted !== undefined &&
    observed !== undefined &&
    !jsonEqual(observed.spec.selector, wanted.spec.selector)
  );
}

function cloneTarget(clone: Deployment, { env, config }: EnvContext): SubsetTarget {
  const { name } = clone.metadata;
  const marks = subsetMarks(name, env.metadata.name, config.versionLabel);
  return { name, labels: podLabelsOf(clone), marks };
}

/** What is wrong with the base's pods. A consumer's base needs no version: no requests are routed to its clone. */
export function baseProblems(
  { kind, workload }: EnvWorkload,
  base: Deployment | undefined,
  { versionLabel, defaultVersion }: EnvSettings,
): Problem[] {
  if (kind === 'consumer' || base === undefined) return [];
  const message = wrongVersion(base, versionLabel, workload.defaultVersion ?? defaultVersion);
  return message === undefined ? [] : [{ section: 'deployment', message }];
}

function warningsOf(
  base: Deployment | undefined,
  { deployment, warnings }: ClonePlan,
  view: MeshView,
): string[] {
  if (deployment === undefined) return [];
  const without =
    base &&
    withoutPods(base, view.servicesAskingFor(base.metadata.namespace ?? '', podLabelsOf(base)));
  return [
    ...(without === undefined ? [] : [without]),
    ...sharedPortsAndClaims(deployment),
    ...(base ? droppedPortNames(base) : []),
    ...warnings,
  ];
}

/** The wanted clone; if it cannot be computed, the existing one. */
function planDeployment(
  { kind, workload, overlay }: EnvWorkload,
  base: Deployment | undefined,
  observed: Deployment | undefined,
  name: string,
  { env, view, config }: EnvContext,
): PlannedClone {
  const kept = observed === undefined ? {} : { deployment: keep(observed) };
  const problem = (message: string) => ({
    ...kept,
    problem: { section: 'deployment' as const, message },
  });
  if (base === undefined) return problem(missingBase(workload, view));
  const another = otherEnvsClone(base);
  if (another !== undefined) return problem(another);
  const namesake = observed === undefined ? view.deployment(workload.namespace, name) : undefined;
  if (namesake !== undefined && !isOwnedBy(namesake, env)) {
    return problem(
      `Deployment ${workload.namespace}/${name} exists and does not belong to this env; delete or rename it, or give the env another name`,
    );
  }
  const isRouted = kind === 'subset';
  const like = withOverlay(base, overlay);
  const clone = cloneDeployment(like, workload, env.metadata.name, config, observed, isRouted);
  if ('problem' in clone) return problem(clone.problem);
  const baseLabels = podLabelsOf(base);
  const cloneLabels = podLabelsOf(clone.deployment);
  const services = view.servicesAskingFor(workload.namespace, baseLabels, cloneLabels);
  const [stranger] = cloneOnlyServices(services, baseLabels, cloneLabels);
  return stranger === undefined
    ? { deployment: withMark(clone.deployment, overlay) }
    : problem(adopted(stranger, workload));
}

/** A Service selects the clone but not the base, by labels from `podLabels` or by marks that every clone has. */
function adopted({ metadata, spec }: Service, { namespace, podLabels = {} }: Workload): string {
  const own = Object.keys(spec?.selector ?? {}).some((key) => Object.hasOwn(podLabels, key));
  const remedy = own
    ? 'take the labels it selects out of podLabels'
    : 'let the Service select other labels, or give the env another name';
  return `Service ${namespace}/${metadata.name} would send its requests to the clone, though not to the base; ${remedy}`;
}

/** A new clone may come among the related objects a moment before it comes among the children. */
function isOwnedBy({ metadata }: Deployment, env: DynamicEnv): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ controller, uid }) => controller === true && uid === env.metadata.uid,
  );
}

export function missingBase({ namespace, name }: EnvWorkload['workload'], view: MeshView): string {
  if (view.hasStatefulSet(namespace, name)) {
    return `${namespace}/${name} is a StatefulSet; only Deployments can be cloned`;
  }
  const rollout = view
    .services(namespace)
    .some(({ metadata }) => metadata.annotations?.[ROLLOUT_ANNOTATION] === name);
  if (rollout) return `${namespace}/${name} is an Argo Rollout; only Deployments can be cloned`;
  return `Deployment ${namespace}/${name} not found (a StatefulSet or an Argo Rollout cannot be cloned)`;
}

/** `marks`: labels that no other person's subset may ask for. */
export function takenByRule(
  hosts: readonly PlannedHost[],
  marks: Readonly<Record<string, string>>,
  context: EnvContext,
): WorkloadPlan['takenBy'] {
  const { view, config } = context;
  for (const {
    plan: { host, injection },
  } of hosts) {
    const rules = rulesFor(view.rulesAbout(host), host, config.clusterDomain);
    for (const rule of withoutOwn(rules, context)) {
      const subset = takenSubset(rule, targetSubsets(injection.spec), marks);
      if (subset !== undefined) {
        return { rule: `${rule.metadata.namespace}/${rule.metadata.name}`, subset };
      }
    }
  }
  return undefined;
}
