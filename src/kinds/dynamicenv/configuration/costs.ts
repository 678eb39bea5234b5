import type { Container } from '../../../k8s/workload.ts';
import type { MeshView } from '../../../mesh/view.ts';
import { declaresAnnotated } from '../../../overlay/declared.ts';
import type { Layered, LayeredVariable } from '../../../overlay/types.ts';
import { annotatedVariables } from './overlay.ts';
import type { Candidate } from './scope.ts';

/** Containers, and variables in them, of all workloads in scope: each is looked up in the layers. */
const MAX_LOOKUPS = 200_000;
/** A variable that is declared by an annotation takes as long as so many entries: there is none yet. */
const LOOKUPS_PER_ANNOTATED = 2;
/** Services that have a label of a workload's pods in their selectors, of all workloads together that may get clones. */
const MAX_SERVICE_LOOKUPS = 400_000;
/** Bytes of what all layers set together: a Deployment with more could not be stored. */
const MAX_LAYER_BYTES = 2 ** 20;
/** Bytes that the clones of all workloads in scope could get. */
const MAX_SET_BYTES = 32 * 2 ** 20;

/** Why it takes too long to tell what the layers change in a scope; empty: it does not. */
export function costs(
  candidates: readonly Candidate[],
  layered: Layered,
  view: Pick<MeshView, 'servicesAskingFor'>,
): string[] {
  const bytes = [...layered.values()].reduce((sum, one) => sum + bytesOf(one), 0);
  if (bytes > MAX_LAYER_BYTES) {
    return [
      `the configuration has ${bytes} bytes together with its Environments, and at most ${MAX_LAYER_BYTES} are supported; take out what nobody reads`,
    ];
  }
  let lookups = 0;
  let set = 0;
  let services = 0;
  for (const candidate of candidates) {
    const work = workOf(candidate, layered);
    lookups += work.lookups;
    set += work.changed * bytes;
    if (work.changed > 0 && services <= MAX_SERVICE_LOOKUPS) services += asking(candidate, view);
  }
  if (services > MAX_SERVICE_LOOKUPS) {
    return [
      `spec.scope: the ${candidates.length} workloads have labels that too many Services select; narrow the selectors, or split the env`,
    ];
  }
  if (lookups <= MAX_LOOKUPS && set <= MAX_SET_BYTES) return [];
  return [
    `spec.scope: ${candidates.length} workloads with ${lookups} containers and variables are too many to compare with ${bytes} bytes of configuration; narrow the selectors, or split the env`,
  ];
}

/** `changed`: containers that may get variables. */
function workOf({ object }: Candidate, layered: Layered): { lookups: number; changed: number } {
  const { containers = [], initContainers = [] } = object.spec.template.spec ?? {};
  const annotated = declaresAnnotated({ containers, initContainers });
  const known = annotatedVariables(object).filter((name) => layered.has(name)).length;
  const namesOf = (container: Container) => (annotated.has(container) ? known : 0);
  const all = [...containers, ...initContainers];
  return {
    lookups: all.reduce(
      (sum, one) => sum + 1 + (one.env ?? []).length + LOOKUPS_PER_ANNOTATED * namesOf(one),
      0,
    ),
    changed: all.filter(
      (one) => namesOf(one) > 0 || (one.env ?? []).some(({ name }) => layered.has(name)),
    ).length,
  };
}

function asking({ object }: Candidate, view: Pick<MeshView, 'servicesAskingFor'>): number {
  const labels = object.spec.template.metadata?.labels ?? {};
  return view.servicesAskingFor(object.metadata.namespace ?? '', labels).length;
}

function bytesOf({ name, source }: LayeredVariable): number {
  return name.length + (source !== undefined && 'value' in source ? source.value.length : 0);
}
