import { cutEnd, cutMiddle, fewLines, LINE_HEIGHT, widthOf } from './text.ts';
import type { NodeKind, PictureEdge, PictureNode } from './types.ts';

/** The text that a box or an edge shows, and the room that it needs, in pixels. */
export interface Shown {
  lines: ShownLine[];
  width: number;
  height: number;
}

export interface ShownLine {
  text: string;
  role: 'title' | 'detail' | 'problem';
}

const TITLE = 34;
const DETAIL = 34;
const PROBLEM = 40;
const LABEL = 30;
const MOST_LABELS = 3;
const PAD = 10;
/** Width of the mark before a problem. */
export const MARK = 18;

/** True for boxes that contain others. */
export function isContainer(kind: NodeKind): boolean {
  return kind === 'namespace' || kind === 'service' || kind === 'level';
}

export function boxOf({ title, details, problems }: PictureNode): Shown {
  const lines: ShownLine[] = [
    { text: cutMiddle(title, TITLE), role: 'title' },
    ...fewLines(details, 3, DETAIL).map((text) => ({ text, role: 'detail' as const })),
    ...problemLines(problems),
  ];
  return { lines, ...roomFor(lines, PAD) };
}

export function labelOf({ labels, problems }: PictureEdge): Shown {
  const lines: ShownLine[] = [
    ...fewLines(labels, MOST_LABELS, LABEL).map((text) => ({ text, role: 'detail' as const })),
    ...problemLines(problems),
  ];
  return { lines, ...roomFor(lines, 4) };
}

/** The first problem, and the number of further ones. */
function problemLines([first, ...more]: readonly string[]): ShownLine[] {
  if (first === undefined) return [];
  const rest = more.length === 0 ? '' : ` (+${more.length})`;
  return [{ text: `${cutEnd(first, PROBLEM - rest.length)}${rest}`, role: 'problem' }];
}

function roomFor(lines: readonly ShownLine[], pad: number): { width: number; height: number } {
  const widths = lines.map(({ text, role }) => widthOf(text) + (role === 'problem' ? MARK : 0));
  return {
    width: Math.ceil(Math.max(0, ...widths)) + 2 * pad,
    height: lines.length * LINE_HEIGHT + (pad > 4 ? 12 : 4),
  };
}
