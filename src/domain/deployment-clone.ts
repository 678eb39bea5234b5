import type { Workload } from '../api/dynamicenv.ts';
import { envId } from '../api/env-id.ts';
import { DEPLOYMENT_ANNOTATION, DYNAMIC_ENV_LABEL, ENVS_ANNOTATION } from '../api/marks.ts';
import type { Deployment, DeploymentSpec, PodSelector } from '../k8s/workload.ts';
import type { DecisionConfig } from './config.ts';
import { withoutForeignAnnotations, withoutForeignLabels } from './foreign-marks.ts';
import { cloneName } from './names.ts';
import { overrideContainers } from './overrides.ts';

export type Clone = { deployment: Deployment } | { problem: string };

/** The base Deployment with a workload's overrides, as a Deployment of its own with the env's version label. */
export function cloneDeployment(
  base: Deployment,
  workload: Workload,
  env: string,
  config: DecisionConfig,
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
  const marks = { [config.versionLabel]: envId(env), [DYNAMIC_ENV_LABEL]: 'true' };
  const { paused: _paused, ...spec } = base.spec;
  return {
    deployment: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: cloneName(workload.name, env),
        namespace: workload.namespace,
        labels: {
          ...withoutForeignLabels(base.metadata.labels, config.removeLabels),
          ...marks,
        },
        annotations: {
          ...withoutForeignAnnotations(base.metadata.annotations, config.removeAnnotations),
          [ENVS_ANNOTATION]: env,
          [DEPLOYMENT_ANNOTATION]: `${workload.namespace}/${workload.name}`,
        },
      },
      spec: {
        ...spec,
        replicas: workload.replicas ?? 1,
        selector: cloneSelector(base.spec.selector, workload, env, config),
        template: {
          ...base.spec.template,
          metadata: {
            ...base.spec.template.metadata,
            labels: { ...base.spec.template.metadata?.labels, ...workload.podLabels, ...marks },
          },
          ...(pod === undefined
            ? {}
            : {
                spec: {
                  ...pod,
                  containers: containers.containers,
                  ...(pod.initContainers === undefined
                    ? {}
                    : { initContainers: initContainers.containers }),
                },
              }),
        },
      } as DeploymentSpec,
    },
  };
}

function unknownContainer(kind: string, name: string, base: Deployment): string {
  const pod = base.spec.template.spec;
  const list = kind === 'container' ? pod?.containers : pod?.initContainers;
  const known = (list ?? []).map((container) => container.name).join(', ') || 'none';
  return `${kind} ${name} not found in Deployment ${base.metadata.namespace}/${base.metadata.name}; it has: ${known}`;
}

/** The base's selector, narrowed to the env's version; labels that `podLabels` changes are changed here too. */
function cloneSelector(
  selector: PodSelector,
  workload: Workload,
  env: string,
  config: DecisionConfig,
): PodSelector {
  const version = config.versionLabel;
  const changed = Object.entries(workload.podLabels ?? {}).filter(
    ([key]) => selector.matchLabels?.[key] !== undefined,
  );
  const expressions = selector.matchExpressions?.filter(({ key }) => key !== version);
  return {
    matchLabels: {
      ...selector.matchLabels,
      ...Object.fromEntries(changed),
      [version]: envId(env),
    },
    ...(expressions === undefined || expressions.length === 0
      ? {}
      : { matchExpressions: expressions }),
  };
}
