import { bundled } from './edges.ts';
import { serviceOf } from './levels.ts';
import type { Picture, PictureEdge, PictureNode } from './types.ts';

/** Up to this number, all Services are shown in full; above it, those where nothing is special are folded. */
const MOST_WHOLE = 12;

/**
 * Folds most Services of a large picture: each becomes a box with one line about what is behind it. Services with an env, merged
 * routes, several levels, a problem or a traced request are not folded. Edges to and from the inside of a folded Service end at its box.
 */
export function folded(picture: Picture): Picture {
  const { nodes, edges } = picture;
  const services = nodes.filter(({ kind }) => kind === 'service');
  if (services.length <= MOST_WHOLE) return picture;
  const within = serviceOf(nodes);
  const special = specialOf(picture, within);
  const calm = new Map(
    services
      .filter(({ id, problems }) => !special.has(id) && problems.length === 0)
      .map((service) => [service.id, service]),
  );
  const homes = new Map(
    nodes.flatMap(({ id }) => {
      const service = within(id);
      return service !== undefined && calm.has(service) ? [[id, service] as const] : [];
    }),
  );
  const home = (id: string) => homes.get(id) ?? id;
  const moved = edges.map((edge) => ({ ...edge, from: home(edge.from), to: home(edge.to) }));
  const byHome = Map.groupBy(nodes, ({ id }) => homes.get(id));
  return {
    ...picture,
    nodes: nodes
      .filter(({ id }) => !homes.has(id))
      .map((node) => (calm.has(node.id) ? inShort(node, byHome.get(node.id) ?? [], edges) : node)),
    edges: bundled(moved.filter(({ from, to }) => from !== to)),
  };
}

/** The Services that are not folded. */
function specialOf(
  { nodes, edges }: Picture,
  within: ReturnType<typeof serviceOf>,
): Set<string | undefined> {
  const levels = Map.groupBy(
    nodes.filter(({ kind }) => kind === 'level'),
    ({ id }) => within(id),
  );
  return new Set([
    ...nodes
      .filter(({ env, problems }) => env !== undefined || problems.length > 0)
      .map(({ id }) => within(id)),
    ...edges
      .filter(
        ({ env, isMerged, problems, hops }) =>
          (env ?? isMerged ?? problems[0] ?? hops[0]) !== undefined,
      )
      .flatMap(({ from, to }) => [within(from), within(to)]),
    ...[...levels].flatMap(([service, own]) => (own.length > 1 ? [service] : [])),
  ]);
}

function inShort(
  service: PictureNode,
  within: readonly PictureNode[],
  edges: readonly PictureEdge[],
): PictureNode {
  const title = (id: string) => within.find((node) => node.id === id)?.title;
  const own = edges.filter(({ from, to }) => title(from) !== undefined && title(to) !== undefined);
  const pods = within.filter(({ kind }) => kind === 'base').map((node) => node.title);
  const routes = own.flatMap(({ labels }) => labels).length;
  const behind = pods.length === 0 ? 'no pods' : pods.join(', ');
  const many = `${routes} route${routes === 1 ? '' : 's'}`;
  return {
    ...service,
    kind: 'folded',
    details: [routes === 0 ? `no routes; ${behind}` : `${many} to ${behind}`],
    hidden: own.flatMap(({ from, to, labels }) =>
      labels.map((label) => `${title(from)}: ${label} → ${title(to)}`),
    ),
  };
}
