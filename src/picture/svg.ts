import { boxOf, isContainer, labelOf } from './boxes.ts';
import type { Drawing, Point } from './layout.ts';
import { legendOf } from './legend.ts';
import { type Looks, looksOf } from './looks.ts';
import { classes, element, escaped } from './markup.ts';
import { arrowhead, lineThrough, outline } from './shapes.ts';
import { STYLE } from './style.ts';
import { textMarkup } from './text-markup.ts';

const MARGIN = 20;

/** The drawing as one SVG document that loads nothing. Every text is escaped: names and header values may contain anything. */
export function svgOf(drawing: Drawing, description: string): string {
  const looks = looksOf(drawing);
  const legend = legendOf(drawing, looks);
  const width = Math.ceil(Math.max(drawing.width, legend.width) + 2 * MARGIN);
  const height = Math.ceil(legend.top.height + drawing.height + legend.bottom.height + 2 * MARGIN);
  const shifted = (down: number, content: string) =>
    element('g', { transform: `translate(${MARGIN} ${Math.ceil(MARGIN + down)})` }, content);
  const below = legend.top.height + drawing.height;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'picture',
      role: 'img',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
    },
    element('title', {}, escaped(description)),
    element('style', {}, STYLE),
    shifted(0, legend.top.markup),
    shifted(legend.top.height, contentOf(drawing, looks)),
    shifted(below, legend.bottom.markup),
  );
}

/** Containers first, lines above them, then everything with text. */
function contentOf({ nodes, edges }: Drawing, looks: Looks): string {
  const isArea = ({ kind }: Node) => isContainer(kind);
  return [
    ...nodes.filter(isArea).map((node) => nodeMarkup(node, looks)),
    ...edges.map((edge) => lineMarkup(edge, looks)),
    ...nodes.filter((node) => !isArea(node)).map((node) => nodeMarkup(node, looks)),
    ...edges.map((edge) => labelMarkup(edge, looks)),
  ].join('\n');
}

type Node = Drawing['nodes'][number];
type Edge = Drawing['edges'][number];

function nodeMarkup(node: Node, looks: Looks): string {
  const { kind, title, details, hidden = [], problems, box, env } = node;
  const told = [...details, ...hidden, ...problems.map((text) => `! ${text}`)];
  const hover = [`${KIND_WORDS[kind]}${title}`, ...told];
  const { lines, height } = boxOf(node);
  const middle = isContainer(kind) ? 0 : (box.height - height) / 2;
  return element(
    'g',
    { class: classes('node', kind, env && looks.get(env), problems.length > 0 && 'wrong') },
    element('title', {}, escaped(hover.join('\n'))),
    outline(kind, box),
    textMarkup(lines, { x: box.x + 10, y: box.y + 6 + middle }),
  );
}

/** The kind of a box, for boxes whose text does not say it. */
const KIND_WORDS: Record<Node['kind'], string> = {
  namespace: '',
  service: 'Service ',
  folded: 'Service ',
  level: 'version ',
  virtualservice: 'VirtualService ',
  base: '',
  clone: '',
  every: '',
  absent: 'missing: ',
  outside: 'host ',
  answer: '',
  gateway: 'Gateway ',
  source: 'pods ',
  request: '',
};

function lineMarkup(edge: Edge, looks: Looks): string {
  const { points, hops } = edge;
  const d = lineThrough(points);
  return element(
    'g',
    { class: edgeClasses(edge, looks) },
    hover(edge),
    hops.length > 0 ? element('path', { class: 'glow', d }) : '',
    element('path', { class: 'line', d }),
    arrowhead(points),
  );
}

function labelMarkup(edge: Edge, looks: Looks): string {
  const { label, hops, points } = edge;
  const plate = label && element('rect', { class: 'plate', ...label, rx: 3 });
  const text = label && textMarkup(labelOf(edge).lines, { x: label.x + 4, y: label.y + 2 });
  if (plate === undefined && hops.length === 0) return '';
  return element(
    'g',
    { class: edgeClasses(edge, looks) },
    hover(edge),
    plate ?? '',
    text ?? '',
    hops.length > 0 ? hopMarkup(hops, points) : '',
  );
}

function edgeClasses({ kind, env, problems, hops }: Edge, looks: Looks): string {
  const look = env && looks.get(env);
  return classes('edge', kind, look, problems.length > 0 && 'wrong', hops.length > 0 && 'traced');
}

function hover({ labels, problems, env }: Edge): string {
  const lines = [...(env ? [`env ${env}`] : []), ...labels, ...problems.map((text) => `! ${text}`)];
  return lines.length === 0 ? '' : element('title', {}, escaped(lines.join('\n')));
}

/** The numbers of the hops, at the beginning of the line. */
function hopMarkup(hops: readonly number[], [start, next]: readonly Point[]): string {
  if (start === undefined || next === undefined) return '';
  const length = Math.hypot(next.x - start.x, next.y - start.y) || 1;
  const at = {
    x: start.x + (12 * (next.x - start.x)) / length,
    y: start.y + (12 * (next.y - start.y)) / length,
  };
  const text = hops.join(',');
  const width = 10 + 8 * text.length;
  return (
    element('rect', { class: 'hop', x: at.x - width / 2, y: at.y - 9, width, height: 18, rx: 9 }) +
    element('text', { class: 'number', x: at.x, y: at.y + 4 }, escaped(text))
  );
}
