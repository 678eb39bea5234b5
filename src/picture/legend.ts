import type { ShownLine } from './boxes.ts';
import type { Drawing } from './layout.ts';
import type { Looks } from './looks.ts';
import { classes, element } from './markup.ts';
import { arrowhead, lineThrough, outline, warningMark } from './shapes.ts';
import { cutEnd, LINE_HEIGHT, widthOf } from './text.ts';
import { textMarkup } from './text-markup.ts';
import type { NodeKind, PictureEdge, PictureEnv, PictureHop } from './types.ts';

interface Piece {
  markup: string;
  height: number;
}

/** `top`: the envs and the traced hops, above the drawing; `bottom`: the meaning of shapes and lines, below it. */
export interface Legend {
  top: Piece;
  bottom: Piece;
  width: number;
}

const WIDTH = 760;
const MOST_ENVS = 8;
const SAMPLE = { width: 34, height: 16 };
const CELL = 250;

export function legendOf(drawing: Drawing, looks: Looks): Legend {
  const width = Math.max(WIDTH, drawing.width);
  return { top: topOf(drawing, looks, width), bottom: bottomOf(drawing, width), width };
}

function topOf({ envs, hops }: Drawing, looks: Looks, width: number): Piece {
  const limit = Math.floor((width - SAMPLE.width - 40) / widthOf('x'));
  const isTrouble = ({ state }: PictureEnv) => state !== 'ready';
  const sorted = [...envs.filter(isTrouble), ...envs.filter((env) => !isTrouble(env))];
  const rows = [
    ...sorted.slice(0, MOST_ENVS).flatMap((env) => envRows(env, looks, limit)),
    ...(envs.length > MOST_ENVS ? [textRow(`… and ${envs.length - MOST_ENVS} more`)] : []),
    ...hops.map((hop, index) => hopRow(index + 1, hop, limit)),
  ];
  const height = rows.length === 0 ? 0 : rows.length * (LINE_HEIGHT + 4) + 14;
  return { markup: rows.map((row, index) => row(index * (LINE_HEIGHT + 4))).join('\n'), height };
}

/** Draws a row at this height. */
type Row = (y: number) => string;

function envRows({ name, state, match, problems }: PictureEnv, looks: Looks, limit: number): Row[] {
  const text = cutEnd(`DynamicEnv ${name}: ${state}${match && `, requests with ${match}`}`, limit);
  const look = classes('node', 'clone', looks.get(name));
  return [
    (y) => element('g', { class: look }, sample('clone', y), line(text, 'title', y)),
    ...problems.map((problem) => (y: number) => line(cutEnd(problem, limit), 'problem', y)),
  ];
}

function hopRow(number: number, { text, isReached }: PictureHop, limit: number): Row {
  return (y) =>
    element('rect', { class: 'hop', x: 8, y: y + 1, width: 18, height: 18, rx: 9 }) +
    element('text', { class: 'number', x: 17, y: y + 14 }, String(number)) +
    line(cutEnd(text, limit), isReached ? 'title' : 'problem', y);
}

function textRow(text: string): Row {
  return (y) => line(text, 'detail', y);
}

function line(text: string, role: ShownLine['role'], y: number): string {
  return textMarkup([{ text, role }], { x: SAMPLE.width + 12, y: y + 2 });
}

function sample(kind: NodeKind, y: number): string {
  return outline(kind, { x: 1, y: y + 2, ...SAMPLE });
}

const NODE_WORDS: [NodeKind, string][] = [
  ['service', 'Service'],
  ['folded', 'Service, folded'],
  ['level', 'level of versions'],
  ['virtualservice', 'VirtualService'],
  ['base', 'base version'],
  ['clone', "an env's version"],
  ['every', 'all pods, no subset named'],
  ['absent', 'missing'],
  ['outside', 'host without a Service here'],
  ['answer', 'answered by the mesh'],
  ['gateway', 'Gateway'],
  ['source', 'pods that a match names'],
  ['request', 'the traced request'],
];

const EDGE_WORDS: [string, (edge: PictureEdge) => boolean, string][] = [
  ['edge route', ({ kind, env }) => kind === 'route' && env === undefined, 'routes of users'],
  ['edge route env0', ({ env }) => env !== undefined, "an env's routes"],
  ['edge delegate', ({ kind }) => kind === 'delegate', 'delegates to'],
  ['edge mirror', ({ kind }) => kind === 'mirror', 'copies of requests'],
];

function bottomOf({ nodes, edges }: Drawing, width: number): Piece {
  const isWrong = [...nodes, ...edges].some(({ problems }) => problems.length > 0);
  const rows: Row[] = [
    ...NODE_WORDS.filter(([kind]) => nodes.some((node) => node.kind === kind)).map(
      ([kind, words]): Row =>
        (y) =>
          element(
            'g',
            { class: classes('node', kind, kind === 'clone' && 'env0') },
            sample(kind, y),
            line(words, 'detail', y),
          ),
    ),
    ...EDGE_WORDS.filter(([, isOne]) => edges.some(isOne)).map(
      ([look, , words]): Row => arrowRow(look, '', words),
    ),
    ...(edges.some(({ hops }) => hops.length > 0)
      ? [arrowRow('edge way', 'glow', 'path of the traced request')]
      : []),
    ...(isWrong ? [problemRow] : []),
  ];
  const columns = Math.max(1, Math.floor(width / CELL));
  const cells = rows.map((row, index) =>
    element(
      'g',
      {
        transform: `translate(${(index % columns) * CELL} ${20 + Math.floor(index / columns) * 24})`,
      },
      row(0),
    ),
  );
  return { markup: cells.join('\n'), height: 20 + Math.ceil(rows.length / columns) * 24 };
}

function arrowRow(look: string, glow: string, words: string): Row {
  return (y) => {
    const points = [
      { x: 1, y: y + 10 },
      { x: SAMPLE.width + 1, y: y + 10 },
    ];
    const d = lineThrough(points);
    return element(
      'g',
      { class: look },
      glow && element('path', { class: glow, d }),
      element('path', { class: 'line', d }),
      arrowhead(points),
      line(words, 'detail', y),
    );
  };
}

const problemRow: Row = (y) =>
  warningMark({ x: 12, y: y + 16 }) + line('a problem; point at it', 'detail', y);
