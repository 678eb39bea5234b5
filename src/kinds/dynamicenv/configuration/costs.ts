import type { Layered, LayeredVariable } from '../../../overlay/types.ts';
import type { Candidate } from './scope.ts';

/** Containers, and variables in them, of all workloads in scope: each is looked up in the layers. */
const MAX_LOOKUPS = 200_000;
/** Bytes of what all layers set together: a Deployment with more could not be stored. */
const MAX_LAYER_BYTES = 2 ** 20;
/** Bytes that the clones of all workloads in scope could get. */
const MAX_SET_BYTES = 32 * 2 ** 20;

/** Why it takes too long to tell what the layers change in a scope; empty: it does not. */
export function costs(candidates: readonly Candidate[], layered: Layered): string[] {
  const bytes = [...layered.values()].reduce((sum, one) => sum + bytesOf(one), 0);
  if (bytes > MAX_LAYER_BYTES) {
    return [
      `the configuration has ${bytes} bytes together with its Environments, and at most ${MAX_LAYER_BYTES} are supported; take out what nobody reads`,
    ];
  }
  let lookups = 0;
  let set = 0;
  for (const { object } of candidates) {
    const { containers = [], initContainers = [] } = object.spec.template.spec ?? {};
    for (const { env = [] } of [...containers, ...initContainers]) {
      lookups += 1 + env.length;
      if (env.some(({ name }) => layered.has(name))) set += bytes;
    }
  }
  if (lookups <= MAX_LOOKUPS && set <= MAX_SET_BYTES) return [];
  return [
    `spec.scope: ${candidates.length} workloads with ${lookups} containers and variables are too many to compare with ${bytes} bytes of configuration; narrow the selectors, or split the env`,
  ];
}

function bytesOf({ name, source }: LayeredVariable): number {
  return name.length + (source !== undefined && 'value' in source ? source.value.length : 0);
}
