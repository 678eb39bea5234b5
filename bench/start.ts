import { startProgram, stop } from './lib/process.ts';
import type { Row } from './lib/rows.ts';
import { median } from './lib/timing.ts';

const MOST_MS = 400;

/** From the start of the process, as the image starts it, until it says that it is ready. */
export async function startRows(options: { isSmoke: boolean }): Promise<Row[]> {
  const times: number[] = [];
  const cpus: number[] = [];
  for (let count = 0; count < (options.isSmoke ? 2 : 11); count += 1) {
    const { child, started, cpu } = await startProgram([]);
    times.push(started);
    cpus.push(cpu);
    await stop(child);
  }
  return [
    {
      part: 'start',
      name: `until /readyz answers, median of ${times.length}`,
      figure: median(times),
      unit: 'ms',
      goal: { most: MOST_MS },
      note: `processor time ${median(cpus)} ms; ${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms`,
    },
  ];
}
