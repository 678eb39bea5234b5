import type { DynamicEnv } from '../api/dynamicenv.ts';
import { nameOf } from '../istio/objects.ts';
import type { DestinationRule, VirtualService } from '../istio/types.ts';
import { byText } from '../k8s/canonical.ts';
import type { KubeObject } from '../k8s/object.ts';
import type { Service } from '../k8s/workload.ts';
import { type Workload, workloadOf } from '../trace/workloads.ts';

/** The objects that a picture is made from, each list sorted by namespace and name. */
export interface MeshObjects {
  services: Service[];
  /** Deployments, StatefulSets … */
  workloads: Workload[];
  virtualServices: VirtualService[];
  rules: DestinationRule[];
}

export function meshObjects(objects: readonly KubeObject[]): MeshObjects {
  const of = <T extends KubeObject>(kind: string) =>
    objects
      .filter((object) => object.kind === kind)
      .sort((a, b) => byText(nameOf(a), nameOf(b))) as T[];
  return {
    services: of('Service'),
    workloads: objects
      .flatMap((object) => workloadOf(object) ?? [])
      .sort((a, b) => byText(workloadName(a), workloadName(b))),
    virtualServices: of('VirtualService'),
    rules: of('DestinationRule'),
  };
}

/** `shop/backend` */
export function workloadName({ namespace, name }: Workload): string {
  return `${namespace}/${name}`;
}

/** The envs among the objects, sorted by name. */
export function envsOf(objects: readonly KubeObject[]): DynamicEnv[] {
  const envs = objects.filter(({ kind }) => kind === 'DynamicEnv') as DynamicEnv[];
  return envs.sort((a, b) => byText(a.metadata.name, b.metadata.name));
}
