import {
  VIRTUAL_ENVIRONMENT_GROUP,
  VIRTUAL_ENVIRONMENT_KIND,
  type VirtualEnvironment,
  type VirtualEnvironmentConditionType,
} from '../../api/virtualenvironment.ts';
import { nameOf } from '../../istio/objects.ts';
import type { Condition } from '../../k8s/condition.ts';
import { controllerOf } from '../../k8s/controller-of.ts';
import type { KubeObject } from '../../k8s/object.ts';

export function isVirtualEnvironment(object: KubeObject): object is VirtualEnvironment {
  return object.kind === VIRTUAL_ENVIRONMENT_KIND && isOfGroup(object);
}

/** The objects that none of these VirtualEnvironments has created. */
export function withoutChildren(
  objects: readonly KubeObject[],
  environments: readonly VirtualEnvironment[],
): KubeObject[] {
  const names = new Set(environments.map(nameOf));
  return objects.filter((object) => {
    const owner = controllerOf(object);
    const isChild = owner?.kind === VIRTUAL_ENVIRONMENT_KIND && isOfGroup(owner);
    return !(isChild && names.has(`${object.metadata.namespace}/${owner.name}`));
  });
}

function isOfGroup({ apiVersion }: { apiVersion: string }): boolean {
  return apiVersion.startsWith(`${VIRTUAL_ENVIRONMENT_GROUP}/`);
}

export function virtualEnvironmentCondition(
  { status }: VirtualEnvironment,
  type: VirtualEnvironmentConditionType,
): Condition<VirtualEnvironmentConditionType> | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** For the present spec, as `observedGeneration` says. */
export function isReady(environment: VirtualEnvironment): boolean {
  const { metadata, status } = environment;
  return (
    metadata.deletionTimestamp === undefined &&
    virtualEnvironmentCondition(environment, 'Ready')?.status === 'True' &&
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}
