import { nameOf, namespaceOf } from '../istio/objects.ts';
import { liveDestinations, mirrorDestinations, routeKind } from '../istio/route-kinds.ts';
import type { Destination, HTTPRoute, VirtualService } from '../istio/types.ts';
import { L4_LISTS, l4Of } from '../virtualservice/routes/lists.ts';
import type { Card } from './cards.ts';
import { knownSelectors } from './env-selectors.ts';
import { matchTexts } from './match-text.ts';
import { l4Prefixes, mergePrefix } from './merges.ts';
import { targetOf } from './targets.ts';
import type { EdgeKind, Part, PictureNode, PictureSettings } from './types.ts';
import { virtualServiceId } from './virtualservices.ts';

/** The routes of a VirtualService (its box: `node`): an edge for each route and destination. */
export function routesOf(
  vs: VirtualService,
  node: PictureNode,
  cards: ReadonlyMap<string, Card>,
  settings: PictureSettings,
): Part {
  const namespace = namespaceOf(vs);
  const leading = (
    kind: EdgeKind,
    labels: string[],
    destination: Destination,
    isMerged = false,
  ): Part => {
    const { ids, made, env } = targetOf(destination, namespace, cards, settings);
    const more = { ...(env === undefined ? {} : { env }), ...(isMerged ? { isMerged } : {}) };
    const edge = { from: node.id, kind, labels, ...more, problems: [], hops: [] };
    return { nodes: made, edges: ids.map((to) => ({ ...edge, to })) };
  };
  const known = knownSelectors(vs, settings);
  const prefixOf = l4Prefixes(vs);
  const streams = L4_LISTS.flatMap((list) =>
    l4Of(vs, list).flatMap((route) => {
      const alone = { ...vs, spec: { [list]: [route] } } as VirtualService;
      return liveDestinations(alone).map((destination) => ({
        destination,
        prefix: prefixOf(route),
      }));
    }),
  );
  return joined([
    ...(vs.spec.http ?? []).map((route) => {
      const kind = routeKind(route);
      const prefix = mergePrefix(route.name, vs);
      const texts = matchTexts(route, known(route.name)).map((text) => prefix + text);
      if (kind === 'delegate') return delegated(vs, route, node.id, texts);
      if (kind !== 'plain') return answered(kind, node, texts);
      return joined(
        (route.route ?? []).map(({ destination, weight }) => {
          const share = shareText(route, weight);
          return leading(
            'route',
            texts.map((text) => text + share),
            destination,
            prefix !== '',
          );
        }),
      );
    }),
    ...mirrorDestinations(vs).map((destination) => leading('mirror', ['copies'], destination)),
    ...streams.map(({ destination, prefix }) =>
      leading('route', [`${prefix}tcp or tls`], destination, prefix !== ''),
    ),
  ]);
}

/** The share of a destination, if the route has several: Envoy divides by the sum of the weights. */
function shareText({ route = [] }: HTTPRoute, weight = 0): string {
  const sum = route.reduce((total, one) => total + (one.weight ?? 0), 0);
  if (route.length < 2 || sum === 0) return '';
  return ` (${Math.round((100 * weight) / sum)} %)`;
}

function delegated(vs: VirtualService, route: HTTPRoute, from: string, labels: string[]): Part {
  const { name = '', namespace } = route.delegate ?? {};
  const delegate = `${namespace || namespaceOf(vs)}/${name}`;
  const problem = `delegates to VirtualService ${delegate}, which does not exist`;
  const id = virtualServiceId(delegate);
  const ghost: PictureNode = {
    id,
    kind: 'absent',
    title: delegate,
    details: ['VirtualService'],
    problems: [`${nameOf(vs)} ${problem}`],
  };
  return {
    nodes: [ghost],
    edges: [{ from, to: id, kind: 'delegate', labels, problems: [], hops: [] }],
  };
}

function answered(
  kind: 'redirect' | 'directResponse',
  { id: from, parent }: PictureNode,
  labels: string[],
): Part {
  const title = kind === 'redirect' ? 'redirect' : 'direct response';
  const id = `${kind} ${from}`;
  const place = parent === undefined ? {} : { parent };
  return {
    nodes: [{ id, kind: 'answer', ...place, title, details: [], problems: [] }],
    edges: [{ from, to: id, kind: 'route', labels, problems: [], hops: [] }],
  };
}

/** Joins parts. Of nodes with the same id the first one is kept. */
export function joined(parts: readonly Part[]): Part {
  const nodes = new Map<string, PictureNode>();
  for (const node of parts.flatMap((part) => part.nodes)) {
    if (!nodes.has(node.id)) nodes.set(node.id, node);
  }
  return { nodes: [...nodes.values()], edges: parts.flatMap(({ edges }) => edges) };
}
