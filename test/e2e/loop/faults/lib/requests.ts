import type { LocalObject } from '../../../../../src/simulator/object.ts';
import { destinationsOf } from '../../../../scenarios/lib/request.ts';
import type { History } from '../../../lib/history.ts';

export interface RequestWatch {
  /** The problems so far, as texts. */
  problems(): string[];
  stop(): void;
}

/**
 * Checks after every stored write in the namespace that regular requests go to the base, and the env's requests to the
 * base or to an existing clone. It begins when Deployment, Service, DestinationRule and VirtualService exist. It
 * ignores problems for which `isKnown` returns true.
 */
export function watchRequests(
  history: History,
  namespace: string,
  env: string,
  isKnown: (problem: string) => boolean = () => false,
): RequestWatch {
  const found = new Set<string>();
  let isOpen = false;
  const stop = history.watch(0, (all, { type, object }) => {
    if (object.metadata.namespace !== namespace) return;
    const objects = all.filter(({ metadata }) => metadata.namespace === namespace);
    isOpen ||= isComplete(objects);
    if (!isOpen) return;
    const { kind, metadata } = object;
    const problems = requestProblems(objects, namespace, env);
    for (const problem of problems.filter((text) => !isKnown(text))) {
      found.add(`${problem} after ${type} of ${kind} ${metadata.name} ${metadata.resourceVersion}`);
    }
  });
  return { problems: () => [...found], stop };
}

function isComplete(objects: readonly LocalObject[]): boolean {
  const kinds = ['Deployment', 'Service', 'DestinationRule', 'VirtualService'];
  return kinds.every((kind) => objects.some((object) => object.kind === kind));
}

export function requestProblems(
  objects: readonly LocalObject[],
  namespace: string,
  env: string,
): string[] {
  const base = `backend.${namespace}@shared`;
  const clone = `backend.${namespace}@backend-${env}`;
  const hasClone = objects.some(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === `backend-${env}`,
  );
  const to = (headers: Record<string, string>) =>
    Object.keys(
      destinationsOf({ host: `backend.${namespace}`, headers, from: { namespace } }, objects),
    );
  const [regular, own] = [to({}).join(), to({ user: env }).join()];
  return [
    ...(regular === base ? [] : [`regular requests go to ${regular}`]),
    ...(own === base || (own === clone && hasClone) ? [] : [`the env's requests go to ${own}`]),
  ];
}
