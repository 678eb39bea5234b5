import { load } from './lib/load.ts';
import { memoryOf, startProgram, stop } from './lib/process.ts';
import type { Row } from './lib/rows.ts';
import { callsOf, SIZES, type SizeName } from './lib/sizes.ts';

/** Node flags that reduce memory and make the program a little slower. */
export const HEAP_FLAGS = [
  '--optimize-for-size',
  '--max-semi-space-size=2',
  '--max-old-space-size=96',
];
const CONNECTIONS = 4;
const MOST_MIB = 128;
/** Maximum ratio of the memory after all calls to the memory after half of them. */
const MOST_GROWTH = 1.05;

interface Course {
  half: { now: number; peak: number };
  whole: { now: number; peak: number };
}

/** Measures the resident memory of the built program: after half of the calls, and after all of them. */
export async function memoryRows(options: { isSmoke: boolean }): Promise<Row[]> {
  if (options.isSmoke) return rowsOf('small', 200, await course('small', 200));
  return [
    ...rowsOf('typical', 10_000, await course('typical', 10_000)),
    ...rowsOf('large', 300, await course('large', 300)),
  ];
}

async function course(size: SizeName, count: number): Promise<Course> {
  const calls = callsOf(SIZES[size]);
  const { child, port } = await startProgram(HEAP_FLAGS);
  const run = () => load({ port, connections: CONNECTIONS }, calls, (done) => done >= count / 2);
  await run();
  const half = await memoryOf(child);
  await run();
  const whole = await memoryOf(child);
  await stop(child);
  return { half, whole };
}

function rowsOf(size: SizeName, count: number, { half, whole }: Course): Row[] {
  const part = `memory, ${size}`;
  const isJudged = size === 'typical';
  const note = `${HEAP_FLAGS.join(' ')}, ${CONNECTIONS} calls under way; at most ${whole.peak.toFixed(0)} MiB`;
  return [
    { part, name: `resident after ${count / 2} calls`, figure: half.now, unit: 'MiB' },
    {
      part,
      name: `resident after ${count} calls`,
      figure: whole.now,
      unit: 'MiB',
      ...(isJudged ? { goal: { most: MOST_MIB } } : {}),
      note,
    },
    {
      part,
      name: 'the second half of the calls, by the first',
      figure: whole.now / half.now,
      unit: '×',
      ...(isJudged ? { goal: { most: MOST_GROWTH } } : {}),
    },
  ];
}
