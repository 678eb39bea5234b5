import type { Hop, HopOutcome, Trace } from '../trace/types.ts';
import type { Part, PictureEdge, PictureHop, PictureNode } from './types.ts';
import { virtualServiceId } from './virtualservices.ts';

const REQUEST = 'request';

/**
 * The way of a traced request through boxes that are there; what is missing on it is added. Each hop begins at the
 * pods that the one before reached, the first at a box for the request.
 */
export function wayOf(trace: Trace, nodes: readonly PictureNode[]): Part {
  const ids = new Set(nodes.map(({ id }) => id));
  const parts: Part[] = [];
  let origins = [REQUEST];
  for (const [index, hop] of trace.hops.entries()) {
    if (hop.outcome === 'not-called') break;
    const reached = hopEnds(hop, index + 1, ids);
    const chain = [origins, ...stopsOf(hop, ids).map((stop) => [stop]), reached.ids];
    parts.push({
      nodes: reached.made,
      edges: chain.slice(1).flatMap((to, at) => crossed(chain[at] ?? [], to, index + 1)),
    });
    origins = reached.ids;
  }
  return {
    nodes: [requestNode(trace), ...parts.flatMap((part) => part.nodes)],
    edges: parts.flatMap(({ edges }) => edges),
  };
}

const REACHED: readonly HopOutcome[] = ['pods', 'redirect', 'direct-response'];

export function hopSummary({ request, outcome, summary }: Hop): PictureHop {
  const text = `${request.method} ${request.url}: ${summary}`;
  return { text, isReached: REACHED.includes(outcome) };
}

function requestNode({ hops }: Trace): PictureNode {
  const [first] = hops;
  const { method = '', url = '', headers = {} } = first?.request ?? {};
  const { workload, kind, gateway } = first?.caller ?? {};
  const from = kind === 'gateway' ? gateway : workload;
  return {
    id: REQUEST,
    kind: 'request',
    title: `${method} ${url}`,
    details: [
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ...(from === undefined ? [] : [`from ${from}`]),
    ],
    problems: [],
  };
}

/** The boxes that a hop passes before its end: the gateway, the VirtualService, the delegate. */
function stopsOf({ caller, route, virtualService }: Hop, ids: ReadonlySet<string>): string[] {
  const root = route?.delegatedBy?.virtualService ?? virtualService ?? route?.virtualService;
  const services = [root, route?.virtualService].filter((name) => name !== undefined);
  const stops = [
    ...(caller.kind === 'gateway' ? [`gateway ${caller.gateway}`] : []),
    ...new Set(services.map(virtualServiceId)),
  ];
  return stops.filter((id) => ids.has(id));
}

/** The boxes where a hop ends. Where nobody gets the request, a box says what the caller gets. */
function hopEnds(
  hop: Hop,
  number: number,
  ids: ReadonlySet<string>,
): { ids: string[]; made: PictureNode[] } {
  const { route, outcome, destinations } = hop;
  const answer = `${route?.kind === 'redirect' ? 'redirect' : 'directResponse'} ${virtualServiceId(route?.virtualService ?? '')}`;
  if ((outcome === 'redirect' || outcome === 'direct-response') && ids.has(answer)) {
    return { ids: [answer], made: [] };
  }
  const pods = destinations.flatMap(({ host, subset, workloads }) => {
    const versions = workloads.map(({ name }) => `version ${host} ${name}`);
    const own = subset === undefined ? [`every ${host}`, ...versions] : versions;
    const known = own.filter((id) => ids.has(id));
    return subset === undefined ? known.slice(0, 1) : known;
  });
  const absent = destinations.map(({ host, subset }) => `absent ${host} ${subset ?? ''}`);
  const ends = [...pods, ...absent.filter((id) => ids.has(id))];
  if (ends.length > 0) return { ids: ends, made: [] };
  const id = `end ${number}`;
  const title = hop.status === undefined ? outcome : `${hop.status}`;
  return {
    ids: [id],
    made: [{ id, kind: 'absent', title, details: [], problems: [hop.summary] }],
  };
}

function crossed(from: readonly string[], to: readonly string[], hop: number): PictureEdge[] {
  return from.flatMap((start) =>
    to.map((end) => ({
      from: start,
      to: end,
      kind: 'way' as const,
      labels: [],
      problems: [],
      hops: [hop],
    })),
  );
}

/** The way drawn on the edges that are there already; only what leads elsewhere is an edge of its own. */
export function withWay(edges: readonly PictureEdge[], way: readonly PictureEdge[]): PictureEdge[] {
  const key = ({ from, to }: PictureEdge) => JSON.stringify([from, to]);
  const walked = Map.groupBy(way, key);
  const known = new Set(edges.map(key));
  return [
    ...edges.map((edge) => ({
      ...edge,
      hops: [...edge.hops, ...(walked.get(key(edge)) ?? []).flatMap(({ hops }) => hops)],
    })),
    ...way.filter((edge) => !known.has(key(edge))),
  ];
}
