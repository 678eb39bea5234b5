import { MESH, resolveGateway } from '../istio/gateway-name.ts';
import { namespaceOf } from '../istio/objects.ts';
import type { HTTPMatchRequest, VirtualService } from '../istio/types.ts';
import { byText } from '../k8s/canonical.ts';
import type { NamespaceVersions } from '../trace/namespace-versions.ts';
import { isInjection } from './levels.ts';
import type { Part, PictureNode } from './types.ts';

/**
 * Where requests come from, as far as a VirtualService (its box: `to`) says it: the gateways it is bound to, and the pods that its
 * matches name. There is no box for "all sidecars of the mesh", and none for the callers that get a header: these are all pods of a version.
 */
export function entriesOf(
  vs: VirtualService,
  { id: to }: PictureNode,
  space: NamespaceVersions | undefined,
): Part {
  const namespace = namespaceOf(vs);
  const hosts = vs.spec.hosts ?? [];
  const gateways = (vs.spec.gateways ?? [])
    .map((gateway) => resolveGateway(gateway, namespace))
    .filter((gateway) => gateway !== MESH);
  const matches = (vs.spec.http ?? [])
    .flatMap(({ match }) => match ?? [])
    .filter((match) => space === undefined || !isInjection(match, space));
  const sources = [...new Set(matches.flatMap(sourceText))];
  const nodes: PictureNode[] = [
    ...gateways.map((gateway) => entry('gateway', gateway, 'gateway')),
    ...sources.map((source) => entry('source', source, 'pods')),
  ];
  const labels = (node: PictureNode) => (node.kind === 'gateway' ? hosts : []);
  return {
    nodes,
    edges: nodes.map((node) => ({
      from: node.id,
      to,
      kind: 'entry',
      labels: labels(node),
      problems: [],
      hops: [],
    })),
  };
}

function entry(kind: 'gateway' | 'source', title: string, what: string): PictureNode {
  return { id: `${kind} ${title}`, kind, title, details: [what], problems: [] };
}

function sourceText({ sourceLabels, sourceNamespace }: HTTPMatchRequest): string[] {
  const labels = Object.entries(sourceLabels ?? {})
    .sort(([a], [b]) => byText(a, b))
    .map(([key, value]) => `${key}=${value}`);
  const place = sourceNamespace ? [`in ${sourceNamespace}`] : [];
  return labels.length + place.length === 0 ? [] : [[...labels, ...place].join(' ')];
}
