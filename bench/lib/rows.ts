/** One line of the table. */
export interface Row {
  part: string;
  name: string;
  /** NaN when it was not measured in this run. */
  figure: number;
  unit: string;
  /** Without a goal the figure is only reported. */
  goal?: { most: number } | { least: number };
  /** A remark, for example the size or the other measured value. */
  note?: string;
}

export function fallsShort({ figure, goal }: Row): boolean {
  if (goal === undefined) return false;
  return !('most' in goal ? figure <= goal.most : figure >= goal.least);
}

/** A Markdown table. `!` marks a figure that misses its goal. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    fallsShort(row) ? '!' : '',
    row.part,
    row.name,
    `${digits(row.figure)} ${row.unit}`.trim(),
    goalText(row),
    row.note ?? '',
  ]);
  const all = [['', 'part', 'what', 'figure', 'goal', 'remark'], ...cells];
  const widths = (all[0] ?? []).map((_, at) =>
    Math.max(3, ...all.map((row) => (row[at] ?? '').length)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  const [head = [], ...rest] = all;
  return [line(head), rule, ...rest.map(line)].join('\n');
}

function goalText({ goal, unit }: Row): string {
  if (goal === undefined) return '';
  const text = 'most' in goal ? `≤ ${goal.most}` : `≥ ${goal.least}`;
  return `${text} ${unit}`.trim();
}

function digits(figure: number): string {
  if (Number.isInteger(figure)) return String(figure);
  return figure.toPrecision(3).includes('e') ? figure.toFixed(0) : figure.toPrecision(3);
}
