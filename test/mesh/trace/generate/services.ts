import type { KubeObject } from '../../../../src/k8s/object.ts';
import type { Random } from './random.ts';
import { POD_APP, SERVICE_NAMESPACES } from './world.ts';

export interface Place {
  namespace: string;
  /** Full name. */
  host: string;
}

/** One to three services, such as `a-c017`. They select the pods that all configurations share. */
export function services(id: string, random: Random): { objects: KubeObject[]; places: Place[] } {
  const names = ['a', 'b', 'c'].slice(0, 1 + random.int(3)).map((letter) => `${letter}-${id}`);
  const placed = names.map((name) => ({ name, namespace: random.pick(SERVICE_NAMESPACES) }));
  return {
    objects: placed.map(({ name, namespace }) =>
      service(
        name,
        namespace,
        random.weighted([
          [8, [80, 8080]],
          [1, [80]],
          [1, [8080]],
        ]),
      ),
    ),
    places: placed.map(({ name, namespace }) => ({
      namespace,
      host: `${name}.${namespace}.svc.cluster.local`,
    })),
  };
}

function service(name: string, namespace: string, numbers: readonly number[]): KubeObject {
  const ports = numbers.map((port) => ({ name: `http-${port}`, port, targetPort: 8080 }));
  const spec = { selector: { app: POD_APP }, ports };
  const object = { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec };
  return object;
}
