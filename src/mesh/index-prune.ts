import { ROLLOUT_ANNOTATION } from '../api/marks.ts';
import type { DestinationRule } from '../istio/types.ts';
import type { Service } from '../k8s/workload.ts';

/**
 * What decisions read of other people's objects, and nothing else: whoever reads one more field in `src/domain` adds it
 * here, and raises the format. Members that are undefined are not written.
 */

/** Its selector, the two kinds of Services that are special, and Argo Rollouts' mark. */
export function prunedService({ metadata, spec = {} }: Service): object {
  const rollout = metadata.annotations?.[ROLLOUT_ANNOTATION];
  return {
    metadata: {
      name: metadata.name,
      annotations: rollout === undefined ? undefined : { [ROLLOUT_ANNOTATION]: rollout },
    },
    spec: {
      type: spec.type === 'ExternalName' ? spec.type : undefined,
      clusterIP: spec.clusterIP === 'None' ? spec.clusterIP : undefined,
      selector: spec.selector,
    },
  };
}

/** What clones of it take over, and what Istio merges rules by; its own trafficPolicy is neither. */
export function prunedRule({ metadata, spec }: DestinationRule): object {
  const { name, creationTimestamp } = metadata;
  const { host, exportTo, workloadSelector, subsets } = spec;
  return {
    metadata: { name, creationTimestamp },
    spec: {
      host,
      exportTo,
      workloadSelector,
      subsets: subsets?.map(({ name: subset, labels, trafficPolicy }) => ({
        name: subset,
        labels,
        trafficPolicy,
      })),
    },
  };
}
