import type { Hop, HopOutcome, Trace } from '../trace/types.ts';
import { versionId } from './cards.ts';
import type { Part, PictureEdge, PictureHop, PictureNode } from './types.ts';
import { virtualServiceId } from './virtualservices.ts';

const REQUEST = 'request';

/**
 * The path of a traced request through existing boxes; missing ones are added. Each hop begins at the pods that the hop before
 * reached, the first one at a box for the request.
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

/** The boxes that a hop passes before its end: gateway, VirtualService, delegate. */
function stopsOf(
  { caller, route, virtualService, candidates }: Hop,
  ids: ReadonlySet<string>,
): string[] {
  // If no route takes the request, it still passes the VirtualService that decides.
  const decided = virtualService ?? candidates.find(({ decides }) => decides)?.virtualService;
  const root = route?.delegatedBy?.virtualService ?? decided ?? route?.virtualService;
  const services = [root, route?.virtualService].filter((name) => name !== undefined);
  const stops = [
    ...(caller.kind === 'gateway' ? [`gateway ${caller.gateway}`] : []),
    ...new Set(services.map(virtualServiceId)),
  ];
  return stops.filter((id) => ids.has(id));
}

/** The boxes where a hop ends. If no pods get the request, a box shows what the caller gets. */
function hopEnds(
  hop: Hop,
  number: number,
  ids: ReadonlySet<string>,
): { ids: string[]; made: PictureNode[] } {
  const { route, outcome, destinations } = hop;
  const kind = outcome === 'redirect' ? 'redirect' : 'directResponse';
  const answer = `${kind} ${virtualServiceId(route?.virtualService ?? '')}`;
  if ((outcome === 'redirect' || outcome === 'direct-response') && ids.has(answer)) {
    return { ids: [answer], made: [] };
  }
  const ends = destinations
    .flatMap(({ host, subset = '', workloads }) => {
      const every = `every ${host}`;
      if (subset === '' && ids.has(every)) return [every];
      const versions = workloads.map(({ kind, name }) => versionId(host, kind, name));
      return [...versions, `absent ${host} ${subset}`, `outside ${host} ${subset}`];
    })
    .filter((id) => ids.has(id));
  if (ends.length > 0) return { ids: ends, made: [] };
  const title = hop.status === undefined ? outcome : String(hop.status);
  const text = REACHED.includes(outcome)
    ? { details: [hop.summary], problems: [] }
    : { details: [], problems: [hop.summary] };
  const end: PictureNode = { id: `end ${number}`, kind: 'absent', title, ...text };
  return { ids: [end.id], made: [end] };
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

/** Marks the existing edges on the path; the rest of the path becomes edges of its own. */
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
