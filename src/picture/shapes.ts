import type { Box, Point } from './layout.ts';
import { element, rounded } from './markup.ts';
import type { NodeKind } from './types.ts';

const CORNERS: Partial<Record<NodeKind, number>> = {
  namespace: 10,
  service: 8,
  folded: 8,
  level: 6,
  clone: 12,
  every: 4,
  source: 16,
  request: 16,
  answer: 16,
};
/** Depth of a pointed side, in pixels: away from its tip an edge begins a little before the line. */
const POINT = 6;

/** The outline of a box. Each kind has its own, so that nothing depends on colours. */
export function outline(kind: NodeKind, { x, y, width, height }: Box): string {
  if (kind === 'virtualservice') {
    return polygon([
      [x, y],
      [x + width - POINT, y],
      [x + width, y + height / 2],
      [x + width - POINT, y + height],
      [x, y + height],
    ]);
  }
  if (kind === 'gateway') {
    return polygon([
      [x + POINT, y],
      [x + width - POINT, y],
      [x + width, y + height / 2],
      [x + width - POINT, y + height],
      [x + POINT, y + height],
      [x, y + height / 2],
    ]);
  }
  const rx = Math.min(height / 2, CORNERS[kind] ?? 0);
  return element('rect', { class: 'shape', x, y, width, height, rx });
}

function polygon(points: readonly (readonly [number, number])[]): string {
  const text = points.map((pair) => pair.map(rounded).join(',')).join(' ');
  return element('polygon', { class: 'shape', points: text });
}

const CORNER = 6;

/** An SVG path along these points, with rounded corners. */
export function lineThrough(points: readonly Point[]): string {
  const [start, ...rest] = points;
  if (start === undefined) return '';
  const turns = rest.slice(0, -1).map((corner, index) => {
    const before = towards(corner, points[index] ?? corner);
    const after = towards(corner, rest[index + 1] ?? corner);
    return `L${pair(before)}Q${pair(corner)} ${pair(after)}`;
  });
  const end = rest.at(-1) ?? start;
  return `M${pair(start)}${turns.join('')}L${pair(end)}`;
}

/** The point between the two where the curve of the corner begins. */
function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function pair({ x, y }: Point): string {
  return `${rounded(x)} ${rounded(y)}`;
}

/** The arrowhead at the end of a line. Drawn, because not all browsers support markers in the colour of the line. */
export function arrowhead(points: readonly Point[]): string {
  const [last, tip] = points.slice(-2);
  if (last === undefined || tip === undefined) return '';
  const angle = Math.atan2(tip.y - last.y, tip.x - last.x);
  const back = (side: number): Point => ({
    x: tip.x - 9 * Math.cos(angle) + side * 4 * Math.sin(angle),
    y: tip.y - 9 * Math.sin(angle) - side * 4 * Math.cos(angle),
  });
  const d = `M${pair(tip)}L${pair(back(1))}L${pair(back(-1))}Z`;
  return element('path', { class: 'head', d });
}

/** A warning triangle, 12 pixels wide, with its lower left corner at this point. */
export function warningMark({ x, y }: Point): string {
  const d = `M${pair({ x, y })}h12l-6 -11zM${pair({ x: x + 6, y: y - 7 })}v3.2m0 1.4v.6`;
  return element('path', { class: 'mark', d });
}
