import { byText } from '../k8s/canonical.ts';
import type { Container } from '../k8s/workload.ts';

/** The names that a layer can set: the pattern and the length of the CRD. */
const NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]{0,252}$/;

/**
 * The variables that a Deployment says it reads, without an `env` entry of them. `annotations`: the values of the annotation on its
 * metadata and on its pod template's, comma-separated names. Whatever is no name of a variable is ignored. Sorted, each name once.
 */
export function declaredByAnnotation(annotations: readonly (string | undefined)[]): string[] {
  const names = annotations.flatMap((text) => text?.split(',') ?? []).map((name) => name.trim());
  return [...new Set(names.filter((name) => NAME.test(name)))].sort(byText);
}

/** The containers of a pod template. */
export interface Containers {
  containers: readonly Container[];
  initContainers?: readonly Container[] | undefined;
}

/** Does the container declare what the annotation names? Those with `envFrom` do; if none has it, the first container does. */
export function declaresAnnotated({ containers, initContainers = [] }: Containers): Set<Container> {
  const some = [...initContainers, ...containers].filter(hasEnvFrom);
  return new Set(some.length > 0 ? some : containers.slice(0, 1));
}

export function hasEnvFrom({ envFrom = [] }: Container): boolean {
  return envFrom.length > 0;
}
