import { shapeText, wrongShape } from '../../api/foreign-shapes.ts';
import type { Refusal } from '../../crd/refusal.ts';
import type { ObjectMap } from '../../hooks/types.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Service } from '../../k8s/workload.ts';
import { DESTINATION_RULES, VIRTUAL_SERVICES } from './observed.ts';
import type { Workload } from './types.ts';

/** The objects of a namespace that decide about its Services. */
export interface NamespaceView {
  services: readonly Service[];
  workloads: readonly Workload[];
  environments: readonly KubeObject[];
}

const SERVICES = 'Service.v1';
const DEPLOYMENTS = 'Deployment.apps/v1';
const STATEFUL_SETS = 'StatefulSet.apps/v1';
const ENVIRONMENTS = 'VirtualEnvironment.env.alibaba.com/v1alpha2';
const NEEDED = [
  SERVICES,
  DEPLOYMENTS,
  STATEFUL_SETS,
  VIRTUAL_SERVICES,
  DESTINATION_RULES,
  ENVIRONMENTS,
];

/**
 * A refusal where a kind was not sent, or a Service or workload cannot be read: a decision without it could take routes away from
 * everybody.
 */
export function readNamespace(related: ObjectMap): NamespaceView | Refusal {
  const missing = notSent(related, NEEDED);
  if (missing !== undefined) return missing;
  const services = Object.values(related[SERVICES] ?? {});
  const workloads = [DEPLOYMENTS, STATEFUL_SETS].flatMap((key) =>
    Object.values(related[key] ?? {}),
  );
  for (const object of [...services, ...workloads]) {
    const shape = object.kind === 'Service' ? 'Service' : 'StatefulSet';
    const wrong = wrongShape(shape, object, false);
    if (wrong === undefined) continue;
    const { kind, metadata } = object;
    const message = `${kind} ${metadata.namespace}/${metadata.name} cannot be read: ${shapeText(wrong)}`;
    return { reason: 'Invalid', message };
  }
  return {
    services: services as Service[],
    workloads: workloads as Workload[],
    environments: Object.values(related[ENVIRONMENTS] ?? {}),
  };
}

/** A refusal that names those of these kinds that were not sent. */
export function notSent(related: ObjectMap, keys: readonly string[]): Refusal | undefined {
  const kinds = keys.filter((key) => related[key] === undefined).map((key) => key.split('.')[0]);
  if (kinds.length === 0) return undefined;
  return {
    reason: 'Required',
    message: `these kinds were not sent: ${kinds.join(', ')}. Check that the controller virtual-environment has its customize hook`,
  };
}
