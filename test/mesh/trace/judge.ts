import type { Mesh } from '../../../src/istio/evaluate.ts';
import { difference, type Evaluate, outcomeOf } from './expectation.ts';
import { meshesOf, type Pair, type Phase } from './play.ts';

export interface Judged extends Pair {
  mesh: Mesh;
}

/** Adds to each pair the objects of its configuration. */
export function judged({ objects, pairs }: Phase): Judged[] {
  const meshes = meshesOf(objects);
  return pairs.map((pair) => {
    const mesh = meshes.get(pair.configuration);
    if (!mesh) throw new Error(`there are no objects of ${pair.configuration}`);
    return { ...pair, mesh };
  });
}

/** One line for each pair where the evaluator and Envoy disagree. */
export function differences(pairs: readonly Judged[], judge?: Evaluate): string[] {
  return pairs.flatMap(({ configuration, request, answer, mesh }) => {
    const problem = difference(outcomeOf(request, mesh, judge), answer, mesh);
    const { proxy, method, authority, port, path } = request;
    return problem
      ? [`${configuration}, ${proxy}, ${method} ${authority} (${port}) ${path}: ${problem}`]
      : [];
  });
}
