import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import { boxOf, isContainer, labelOf } from './boxes.ts';
import type { Picture, PictureEdge, PictureNode } from './types.ts';

/**
 * The picture in the form of the layout library. Boxes that are connected by edges are laid out in layers from left to right,
 * across Services and namespaces; boxes that no edge from outside reaches are packed, so that many Services fill a page and not a
 * column. Ids of nodes are those of the picture; the id of an edge is its index.
 */
export function layoutGraph(picture: Picture): ElkNode {
  const tree = treeOf(picture.nodes);
  const plan = { tree, tied: tiedOf(picture.edges, tree), edges: homed(picture.edges, tree) };
  const groups = groupsOf(picture, tree);
  const children = groups.map((members, index) => ({
    id: `group ${index}`,
    layoutOptions: { ...LAYERED, 'elk.hierarchyHandling': 'INCLUDE_CHILDREN', ...padding(0, 0) },
    children: members.map((id) => shapeOf(tree.node(id), plan)),
    edges: plan.edges
      .filter(
        ({ edge, home }) => home === undefined && members.includes(tree.path(edge.from)[0] ?? ''),
      )
      .map(edgeShape),
  }));
  return {
    id: 'root',
    layoutOptions: { ...PACKED, 'elk.spacing.nodeNode': '24', ...padding(0, 0), ...WHOLE },
    children,
  };
}

/** All coordinates are relative to the page, not to the surrounding box. */
const WHOLE = { 'elk.json.shapeCoords': 'ROOT', 'elk.json.edgeCoords': 'ROOT' };
const PACKED = {
  'elk.algorithm': 'rectpacking',
  'elk.aspectRatio': '1.6',
};
const LAYERED = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.spacing.nodeNode': '18',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.edgeLabel': '3',
  'elk.layered.spacing.nodeNodeBetweenLayers': '26',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
};
const LABEL = { 'elk.edgeLabels.inline': 'true', 'elk.edgeLabels.placement': 'CENTER' };
/** Padding inside a container; its own text comes on top. */
const INNER = 14;

function padding(top: number, rest: number): Record<string, string> {
  return { 'elk.padding': `[top=${top},left=${rest},bottom=${rest},right=${rest}]` };
}

/** An edge, and the innermost box that contains both of its ends. */
interface HomedEdge {
  edge: PictureEdge;
  index: number;
  home: string | undefined;
}

interface Plan {
  tree: Tree;
  edges: readonly HomedEdge[];
  /** The boxes with an edge to or from their outside. */
  tied: ReadonlySet<string>;
}

function shapeOf(node: PictureNode, plan: Plan): ElkNode {
  const { id, kind } = node;
  const { width, height } = boxOf(node);
  if (!isContainer(kind)) return { id, width, height: Math.max(height, roomForEnds(id, plan)) };
  const shapes = (children: readonly PictureNode[]) =>
    children.map((child) => shapeOf(child, plan));
  const isLoose = (child: PictureNode) => kind === 'namespace' && !plan.tied.has(child.id);
  const children = plan.tree.children(id);
  const loose = children.filter(isLoose);
  const shelf: ElkNode = {
    id: `shelf ${id}`,
    layoutOptions: {
      ...PACKED,
      'elk.hierarchyHandling': 'SEPARATE_CHILDREN',
      'elk.spacing.nodeNode': '18',
      ...padding(0, 0),
    },
    children: shapes(loose),
  };
  return {
    id,
    layoutOptions: {
      ...LAYERED,
      ...padding(height + 4, INNER),
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${height})`,
    },
    children: [
      ...shapes(children.filter((child) => !isLoose(child))),
      ...(loose.length > 0 ? [shelf] : []),
    ],
    edges: plan.edges.filter(({ home }) => home === id).map(edgeShape),
  };
}

/** The height that keeps lines apart which begin or end at the same side of a box. */
function roomForEnds(id: string, { edges }: Plan): number {
  const out = edges.filter(({ edge }) => edge.from === id).length;
  const into = edges.filter(({ edge }) => edge.to === id).length;
  return 12 * Math.max(out, into);
}

function edgeShape({ edge, index }: HomedEdge): ElkExtendedEdge {
  const { lines, width, height } = labelOf(edge);
  const label = {
    text: lines.map(({ text }) => text).join(' '),
    width,
    height,
    layoutOptions: LABEL,
  };
  return {
    id: String(index),
    sources: [edge.from],
    targets: [edge.to],
    labels: lines.length > 0 ? [label] : [],
  };
}

function tiedOf(edges: readonly PictureEdge[], tree: Tree): Set<string> {
  return new Set(
    edges.flatMap(({ from, to }) => {
      if (from === to) return [from];
      const [a, b] = [tree.path(from), tree.path(to)];
      return [...a.filter((id) => !b.includes(id)), ...b.filter((id) => !a.includes(id))];
    }),
  );
}

/** The outermost boxes, in groups that are connected by edges. */
function groupsOf({ nodes, edges }: Picture, tree: Tree): string[][] {
  const roots = nodes.filter(({ parent }) => parent === undefined).map(({ id }) => id);
  return edges.reduce<string[][]>(
    (groups, { from, to }) => {
      const ends = [tree.path(from)[0] ?? '', tree.path(to)[0] ?? ''];
      const touched = groups.filter((group) => ends.some((end) => group.includes(end)));
      if (touched.length < 2) return groups;
      return [touched.flat(), ...groups.filter((group) => !touched.includes(group))];
    },
    roots.map((id) => [id]),
  );
}

function homed(edges: readonly PictureEdge[], tree: Tree): HomedEdge[] {
  return edges.map((edge, index) => {
    const [a, b] = [tree.path(edge.from).slice(0, -1), tree.path(edge.to).slice(0, -1)];
    return { edge, index, home: a.findLast((id) => b.includes(id)) };
  });
}

interface Tree {
  node: (id: string) => PictureNode;
  children: (id: string) => PictureNode[];
  /** From the outermost box to the node itself. */
  path: (id: string) => string[];
}

function treeOf(nodes: readonly PictureNode[]): Tree {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const byParent = Map.groupBy(nodes, ({ parent }) => parent);
  const node = (id: string): PictureNode => {
    const found = byId.get(id);
    if (found === undefined) throw new Error(`no node ${id}`);
    return found;
  };
  const path = (id: string): string[] => {
    const { parent } = node(id);
    return parent === undefined ? [id] : [...path(parent), id];
  };
  return { node, children: (id) => byParent.get(id) ?? [], path };
}
