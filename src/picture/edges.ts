import { serviceOf } from './levels.ts';
import type { RouteProblem } from './problems.ts';
import type { PictureEdge, PictureNode } from './types.ts';

/** Merges edges with the same ends; the result has the labels of all. */
export function bundled(edges: readonly PictureEdge[]): PictureEdge[] {
  const groups = Map.groupBy(edges, ({ from, to, kind }) => JSON.stringify([from, to, kind]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const labels = unique(group.flatMap((edge) => edge.labels));
    const problems = unique(group.flatMap((edge) => edge.problems));
    const isMerged = group.some((edge) => edge.isMerged) ? { isMerged: true } : {};
    return [
      { ...first, ...isMerged, labels, problems, hops: unique(group.flatMap(({ hops }) => hops)) },
    ];
  });
}

/** Adds to each edge the problems of its routes. */
export function troubled(
  edges: readonly PictureEdge[],
  nodes: readonly PictureNode[],
  problems: readonly RouteProblem[],
): PictureEdge[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const home = serviceOf(nodes);
  const bySource = Map.groupBy(problems, ({ virtualService }) => virtualService);
  return edges.map((edge) => {
    const target = byId.get(edge.to);
    const own = (bySource.get(edge.from) ?? []).filter((problem) =>
      isAbout(problem, edge, target, home),
    );
    return { ...edge, problems: [...edge.problems, ...own.map(({ text }) => text)] };
  });
}

/** A problem of one env is about the routes to its clone; a problem of everybody is about the routes to all pods. */
function isAbout(
  { host, env }: RouteProblem,
  edge: PictureEdge,
  target: PictureNode | undefined,
  home: ReturnType<typeof serviceOf>,
) {
  if (target === undefined || edge.kind !== 'route') return false;
  if (env === undefined) return target.id === `every ${host}`;
  return target.env === env && home(target.id) === `service ${host}`;
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
