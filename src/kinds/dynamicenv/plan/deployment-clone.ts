import type { Workload } from '../../../api/dynamicenv.ts';
import { envId } from '../../../api/env-id.ts';
import {
  CLONE_LABEL,
  DEPLOYMENT_ANNOTATION,
  DYNAMIC_ENV_LABEL,
  ENVS_ANNOTATION,
  SPEC_ANNOTATION,
} from '../../../api/marks.ts';
import { canonicalJson, jsonEqual } from '../../../k8s/canonical.ts';
import { hash10 } from '../../../k8s/hash.ts';
import type { ObjectMeta } from '../../../k8s/object.ts';
import type { Container, Deployment, DeploymentSpec, PodSelector } from '../../../k8s/workload.ts';
import type { EnvSettings } from '../settings.ts';
import { withoutForeignAnnotations, withoutForeignLabels } from './foreign-marks.ts';
import { cloneName } from './names.ts';
import { overrideContainers } from './overrides.ts';
import { withoutRepeatedEntries } from './repeated-entries.ts';

export type Clone = { deployment: Deployment } | { problem: string };

/**
 * The base Deployment with a workload's overrides, as a separate Deployment with the env's version label. `observed`: the existing
 * clone, whose selector is kept if this system made it. `isRouted`: requests are routed to the clone.
 */
export function cloneDeployment(
  base: Deployment,
  workload: Workload,
  env: string,
  config: EnvSettings,
  observed?: Deployment,
  isRouted = true,
): Clone {
  const pod = base.spec.template.spec;
  const containers = overrideContainers(pod?.containers ?? [], workload.containers ?? []);
  const initContainers = overrideContainers(
    pod?.initContainers ?? [],
    workload.initContainers ?? [],
  );
  const unknown = [
    ...containers.unknown.map((name) => unknownContainer('container', name, base)),
    ...initContainers.unknown.map((name) => unknownContainer('init container', name, base)),
  ];
  if (unknown.length > 0) return { problem: unknown.join('; ') };
  const wanted = cloneSpec(base.spec, workload, {
    marks: cloneMarks(cloneName(workload.name, env), env, config.versionLabel),
    observed: observed?.spec.selector,
    isRouted,
    versionLabel: config.versionLabel,
    containers: containers.containers,
    initContainers: initContainers.containers,
  });
  const { spec, problems } = appliable(wanted);
  if (problems.length > 0) return { problem: problems.join('; ') };
  return {
    deployment: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: cloneMetadata(base, workload, env, config, spec),
      spec,
    },
  };
}

function appliable(spec: DeploymentSpec): { spec: DeploymentSpec; problems: string[] } {
  if (spec.template.spec === undefined) return { spec, problems: [] };
  const { pod, problems } = withoutRepeatedEntries(spec.template.spec);
  return { spec: { ...spec, template: { ...spec.template, spec: pod } }, problems };
}

/** Labels that, together, only this clone's pods have. `podLabels` cannot set them. */
export function subsetMarks(
  clone: string,
  env: string,
  versionLabel: string,
): Record<string, string> {
  return { [versionLabel]: envId(env), [CLONE_LABEL]: clone };
}

function cloneMarks(clone: string, env: string, versionLabel: string): Record<string, string> {
  return { ...subsetMarks(clone, env, versionLabel), [DYNAMIC_ENV_LABEL]: 'true' };
}

function cloneMetadata(
  base: Deployment,
  workload: Workload,
  env: string,
  config: EnvSettings,
  spec: DeploymentSpec,
): ObjectMeta {
  return {
    name: cloneName(workload.name, env),
    namespace: workload.namespace,
    labels: {
      ...withoutForeignLabels(base.metadata.labels, config.removeLabels),
      [config.versionLabel]: envId(env),
      [DYNAMIC_ENV_LABEL]: 'true',
    },
    annotations: {
      ...withoutForeignAnnotations(base.metadata.annotations, config.removeAnnotations),
      [ENVS_ANNOTATION]: env,
      [DEPLOYMENT_ANNOTATION]: `${workload.namespace}/${workload.name}`,
      [SPEC_ANNOTATION]: hash10(canonicalJson(spec)),
    },
  };
}

interface Parts {
  /** Labels of the clone and its pods that an override cannot change. */
  marks: Record<string, string>;
  versionLabel: string;
  /** The selector of the existing clone. */
  observed: PodSelector | undefined;
  isRouted: boolean;
  containers: Container[];
  initContainers: Container[];
}

/**
 * A clone that the previous version of this service made has the env's version alone in its selector. It keeps that selector, which
 * cannot be changed without recreating the clone.
 */
function cloneSpec(
  { paused: _paused, ...spec }: DeploymentSpec,
  workload: Workload,
  { marks, versionLabel, observed, isRouted, containers, initContainers }: Parts,
): DeploymentSpec {
  const { template } = spec;
  const pod = template.spec;
  const { [CLONE_LABEL]: _clone, ...marksBefore } = marks;
  const before = { ...workload.podLabels, ...marksBefore };
  const selectorBefore = narrowed(spec.selector, before, [versionLabel]);
  const isOld = jsonEqual(selectorBefore, observed);
  // Pods that get no routed requests need no subset: they are not restarted for the mark of one.
  const changed = isOld && !isRouted ? before : { ...workload.podLabels, ...marks };
  return {
    ...spec,
    replicas: workload.replicas ?? 1,
    selector: isOld
      ? selectorBefore
      : narrowed(spec.selector, changed, [versionLabel, CLONE_LABEL]),
    template: {
      ...template,
      metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...changed } },
      ...(pod === undefined
        ? {}
        : {
            spec: {
              ...pod,
              containers,
              ...(pod.initContainers === undefined ? {} : { initContainers }),
            },
          }),
    },
  };
}

function unknownContainer(kind: string, name: string, base: Deployment): string {
  const pod = base.spec.template.spec;
  const list = kind === 'container' ? pod?.containers : pod?.initContainers;
  const known = (list ?? []).map((container) => container.name).join(', ') || 'none';
  return `${kind} ${name} not found in Deployment ${base.metadata.namespace}/${base.metadata.name}; it has: ${known}`;
}

/**
 * The base's selector, narrowed to the clone's pods. If the clone's pods have another value of a label in it, it asks for that
 * value: the API server refuses a selector that does not select the Deployment's own pods.
 */
function narrowed(
  { matchLabels = {}, matchExpressions = [] }: PodSelector,
  changed: Record<string, string>,
  keys: readonly string[],
): PodSelector {
  const named = new Set([
    ...keys,
    ...Object.keys(matchLabels),
    ...matchExpressions.map(({ key }) => key),
  ]);
  const own = Object.entries(changed).filter(([key]) => named.has(key));
  const expressions = matchExpressions.filter(({ key }) => !Object.hasOwn(changed, key));
  return {
    matchLabels: { ...matchLabels, ...Object.fromEntries(own) },
    ...(expressions.length === 0 ? {} : { matchExpressions: expressions }),
  };
}
