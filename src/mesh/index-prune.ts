import { ROLLOUT_ANNOTATION } from '../api/marks.ts';
import { isDetected, streamProtocol } from '../istio/port-protocol.ts';
import type { DestinationRule } from '../istio/types.ts';
import type { Service } from '../k8s/workload.ts';

/**
 * The fields of other people's objects that decisions read, and no others. If `src/kinds/dynamicenv` reads one more field, add it
 * here and raise the format (`MESH_INDEX_FORMAT`). Members that are undefined are not written.
 */

/**
 * The selector, the type unless it is ClusterIP, whether the Service is headless or has external addresses, its ports, its age, and the
 * annotation of Argo Rollouts. The previous version wrote neither ports nor age, and of types only ExternalName, and ignores the rest: the format stayed. Only envs with `existing.service` need them.
 */
export function prunedService({ metadata, spec = {} }: Service): object {
  const rollout = metadata.annotations?.[ROLLOUT_ANNOTATION];
  return {
    metadata: {
      name: metadata.name,
      creationTimestamp: metadata.creationTimestamp,
      annotations: rollout === undefined ? undefined : { [ROLLOUT_ANNOTATION]: rollout },
    },
    spec: {
      type: spec.type === 'ClusterIP' ? undefined : spec.type,
      externalIPs: spec.externalIPs?.length ? spec.externalIPs : undefined,
      clusterIP: spec.clusterIP === 'None' ? spec.clusterIP : undefined,
      selector: spec.selector,
      // Of names, only that such a port is not HTTP matters, or may be anything.
      ports: spec.ports?.map((one) => ({
        port: one.port,
        protocol: one.protocol === 'TCP' ? undefined : one.protocol,
        appProtocol: streamProtocol(one) ?? (isDetected(one) ? DETECTED : undefined),
      })),
    },
  };
}

/** A protocol that Istio does not know. The previous version wrote none for such a port, and takes this one as none. */
const DETECTED = 'detected';

/** A Service of the index, where a port without a protocol is one of HTTP. */
export function unprunedService(service: Service): Service {
  const { spec } = service;
  if (spec?.ports === undefined) return service;
  const ports = spec.ports.map((one) => ({ ...one, appProtocol: one.appProtocol ?? 'http' }));
  return { ...service, spec: { ...spec, ports } };
}

/** The fields that clones take over, and those that decide how Istio merges rules. The top-level trafficPolicy is neither. */
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
