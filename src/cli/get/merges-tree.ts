import { mergeName } from '../common/merges.ts';
import type { Paint } from '../common/terminal.ts';
import type { MergeReport, MergesReport } from './merges-report.ts';
import { type Branch, linesOf } from './tree.ts';

/** The report as lines: the merges of each VirtualService as a tree. */
export function mergesTree({ merges, notes }: MergesReport, paint: Paint): string[] {
  const byTarget = [...Map.groupBy(merges, ({ target }) => target)].sort(
    ([a = ''], [b = '']) => Number(a > b) - Number(a < b),
  );
  return [
    ...(merges.length === 0 ? ['no VirtualServiceMerges'] : []),
    ...byTarget.flatMap(([target, own]) => [
      paint('bold', target === undefined ? 'no VirtualService' : `VirtualService ${target}`),
      ...linesOf(own.map((merge) => branchOf(merge, paint))),
    ]),
    ...notes.map((note) => paint('yellow', note)),
  ];
}

function branchOf(merge: MergeReport, paint: Paint): Branch {
  const { merged, reason, message, warnings } = merge;
  const state = merged ? paint('green', 'merged') : `${paint('red', 'not merged')}, ${reason}`;
  const texts = [...(merged ? [] : [message]), ...warnings];
  return {
    text: `merge ${mergeName(merge)}: ${state}`,
    branches: texts.map((text) => ({ text: paint('yellow', text) })),
  };
}
