import { MARK, type ShownLine } from './boxes.ts';
import type { Point } from './layout.ts';
import { element, escaped } from './markup.ts';
import { warningMark } from './shapes.ts';
import { FONT_SIZE, LINE_HEIGHT } from './text.ts';

/** Lines of text, one below the other; `corner`: upper left corner of their area. */
export function textMarkup(lines: readonly ShownLine[], corner: Point): string {
  return lines
    .map(({ text, role }, index) => {
      const { x } = corner;
      const y = corner.y + index * LINE_HEIGHT + FONT_SIZE;
      const isProblem = role === 'problem';
      const written = element(
        'text',
        { class: role, x: isProblem ? x + MARK : x, y },
        escaped(text),
      );
      return isProblem ? warningMark({ x, y: y + 1 }) + written : written;
    })
    .join('');
}
