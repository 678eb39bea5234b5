import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import { layoutGraph } from './layout-graph.ts';
import type { Picture, PictureEdge, PictureNode } from './types.ts';

export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point {
  width: number;
  height: number;
}

/** A picture with the position of everything, in pixels from the upper left corner. */
export interface Drawing extends Pick<Picture, 'envs' | 'hops'> {
  width: number;
  height: number;
  /** Outer boxes before inner ones. */
  nodes: (PictureNode & { box: Box })[];
  /** `label`: the area of its text; absent if it has none. */
  edges: (PictureEdge & { points: Point[]; label?: Box })[];
}

/** The layout library: places boxes and edges. */
export type Placer = (graph: ElkNode) => Promise<ElkNode>;

export async function drawingOf(picture: Picture, place: Placer): Promise<Drawing> {
  const placed = await place(layoutGraph(picture));
  const shapes = flat(placed);
  const boxes = new Map(shapes.map((shape) => [shape.id, boxIn(shape)]));
  const lines = new Map(
    shapes.flatMap(({ edges = [] }) => edges).map((edge) => [Number(edge.id), edge]),
  );
  const order = shapes.map(({ id }) => id);
  return {
    envs: picture.envs,
    hops: picture.hops,
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    nodes: picture.nodes
      .map((node) => ({ ...node, box: boxes.get(node.id) ?? missing(node.id) }))
      .sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id)),
    edges: picture.edges.map((edge, index) => {
      const line = lines.get(index) ?? missing(`${edge.from} → ${edge.to}`);
      const [label] = line.labels ?? [];
      return { ...edge, points: pointsOf(line), ...(label ? { label: boxIn(label) } : {}) };
    }),
  };
}

function missing(what: string): never {
  throw new Error(`the layout lost ${what}`);
}

/** Outer shapes first. */
function flat(shape: ElkNode): ElkNode[] {
  return [shape, ...(shape.children ?? []).flatMap(flat)];
}

function boxIn({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box {
  return { x, y, width, height };
}

function pointsOf({ sections = [] }: ElkExtendedEdge): Point[] {
  return sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
}
