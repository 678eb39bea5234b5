import type { UnclonedWorkload } from '../../../api/dynamicenv.ts';
import { CLONE_CONSENT_ANNOTATION, isTrue } from '../../../api/marks.ts';
import type { Deployment, Service } from '../../../k8s/workload.ts';
import type { MeshView } from '../../../mesh/view.ts';
import type { Layered } from '../../../overlay/types.ts';
import { rolloutServices, withoutPods } from '../plan/argo-rollout.ts';
import { podLabelsOf } from '../plan/base-labels.ts';
import { wrongVersion } from '../plan/base-trouble.ts';
import { servicesSelecting } from '../plan/services.ts';
import type { EnvWorkload, WorkloadKind } from '../plan/workloads.ts';
import { type EnvSettings, MAX_SERVICES } from '../settings.ts';
import { type Overlay, overlayOf } from './overlay.ts';
import type { Candidate } from './scope.ts';
import { writtenData } from './shared-data.ts';

/** What the configuration makes of the workloads in scope. Each list is in the scope's order. */
export interface Derived {
  /** Those that are to have a clone. */
  workloads: readonly EnvWorkload[];
  blocked: readonly UnclonedWorkload[];
  notCloned: readonly UnclonedWorkload[];
  /** Those that it does not change. */
  shared: readonly Candidate[];
  /** Of each that it changes, or that it cannot change as it should. */
  overlays: readonly { key: string; overlay: Overlay }[];
}

/** `cloned`: `<namespace>/<name>` of the bases of which the env has a clone. */
export function derive(
  candidates: readonly Candidate[],
  layered: Layered,
  view: MeshView,
  config: EnvSettings,
  cloned: ReadonlySet<string | undefined>,
): Derived {
  const workloads: EnvWorkload[] = [];
  const blocked: UnclonedWorkload[] = [];
  const notCloned: UnclonedWorkload[] = [];
  const overlays: { key: string; overlay: Overlay }[] = [];
  const shared: Candidate[] = [];
  for (const candidate of candidates) {
    const overlay = overlayOf(candidate.object, layered);
    const isUnique = overlay.differences.length > 0;
    if (isUnique || overlay.warnings.length > 0) overlays.push({ key: candidate.key, overlay });
    if (!isUnique) {
      shared.push(candidate);
      continue;
    }
    const fate = fateOf(candidate, view, config, cloned.has(candidate.key));
    const told = { workload: `${candidate.kind} ${candidate.key}`, message: fate.message ?? '' };
    if (fate.is === 'blocked') blocked.push(told);
    else if (fate.is === 'not cloned') notCloned.push(told);
    else workloads.push(derived(candidate, fate.is, overlay));
  }
  return { workloads, blocked, notCloned, shared, overlays };
}

/**
 * Of the workloads that the configuration does not change, those that have a clone of the env and could have one still. `cloned`:
 * `<namespace>/<name>` of the bases.
 */
export function leavers(
  shared: readonly Candidate[],
  cloned: ReadonlySet<string | undefined>,
  view: MeshView,
  config: EnvSettings,
): EnvWorkload[] {
  return shared
    .filter(({ kind, key }) => kind === 'Deployment' && cloned.has(key))
    .flatMap((candidate) => {
      const { is } = fateOf(candidate, view, config, true);
      if (is === 'blocked' || is === 'not cloned') return [];
      return [{ ...derived(candidate, is), isLeaver: true as const }];
    });
}

interface Fate {
  is: WorkloadKind | 'blocked' | 'not cloned';
  /** Why it is not cloned, and what to do. */
  message?: string;
}

function fateOf(
  candidate: Candidate,
  view: MeshView,
  config: EnvSettings,
  hasClone: boolean,
): Fate {
  const { kind, key, isConsumerAllowed } = candidate;
  if (kind === 'StatefulSet') {
    const message = `a StatefulSet cannot be cloned, and the configuration changes it: narrow spec.scope, take the variables out of the configuration, or set spec.allowPartial to true`;
    return { is: 'blocked', message };
  }
  const base = candidate.object as Deployment;
  const { namespace = '', annotations } = base.metadata;
  const labels = podLabelsOf(base);
  const asking = view.servicesAskingFor(namespace, labels);
  const services = servicesSelecting(asking, labels);
  const rollout = templateOfRollout(base, asking);
  if (rollout !== undefined) return { is: 'blocked', message: rollout };
  if (base.spec.replicas === 0 && !hasClone) return stopped(key, services.length > 0);
  const isConsumer = isConsumerAllowed || isTrue(annotations?.[CLONE_CONSENT_ANNOTATION]);
  const data = services.length > 0 || isConsumer ? writtenData(base) : undefined;
  if (data !== undefined) return { is: 'blocked', message: data };
  if (services.length > 0) return fateBehind(services, base, config);
  if (isConsumer) return { is: 'consumer' };
  const message = `no Service selects the pods of Deployment ${key}, so a clone would take messages or do work for everybody: if that is wanted, set consumers: true in spec.scope, or the annotation ${CLONE_CONSENT_ANNOTATION}: "true" on the Deployment`;
  return { is: 'not cloned', message };
}

/**
 * Somebody may have stopped it on purpose, and a clone would run all that it does beside serving requests. Nothing is held back: there are no
 * pods with the shared configuration that the env's requests could meet. A clone that is there stays: autoscalers
 * take bases to zero every night (https://keda.sh/docs/latest/concepts/scaling-deployments/), and the clone would go and come
 * back with its routes each time.
 */
function stopped(key: string, hasService: boolean): Fate {
  const field = hasService ? 'spec.subsets' : 'spec.consumers';
  const message = `Deployment ${key} has no pods (spec.replicas is 0), and a clone would do what was stopped: it gets one when it has pods; if one is wanted now, list it under ${field}`;
  return { is: 'not cloned', message };
}

function fateBehind(
  services: readonly Service[],
  base: Deployment,
  { versionLabel, defaultVersion }: EnvSettings,
): Fate {
  const message =
    wrongVersion(base, versionLabel, defaultVersion) ??
    (services.length > MAX_SERVICES
      ? `${services.length} Services send to its pods, and at most ${MAX_SERVICES} are supported; narrow their selectors`
      : undefined);
  return message === undefined ? { is: 'subset' } : { is: 'blocked', message };
}

/** The author may know better: a Deployment that the spec names is cloned all the same. */
function templateOfRollout(base: Deployment, services: readonly Service[]): string | undefined {
  if (base.spec.replicas !== 0 || rolloutServices(services, podLabelsOf(base)).length === 0) {
    return undefined;
  }
  return `${withoutPods(base, services)}; if that is wanted, list it under spec.subsets`;
}

function derived({ object, key }: Candidate, kind: WorkloadKind, overlay?: Overlay): EnvWorkload {
  const { namespace = '', name } = object.metadata;
  const workload = { namespace, name };
  return { kind, workload, key, ...(overlay && { overlay }), isDerived: true };
}
