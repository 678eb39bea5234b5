/** A sample takes at least so long, or the clock's own steps would show. */
const SAMPLE_MS = 5;
/** So long each work is done before it is measured, until the code is compiled that a service of some age runs. */
const WARM_MS = 200;

export interface Pair {
  /** What is measured, and what it is compared with; both do the whole of their work once. */
  work: () => unknown;
  base: () => unknown;
}

export interface Ratio {
  /** Median over all rounds: work's time in each round by base's time in the same round. */
  ratio: number;
  /** Milliseconds, medians. */
  work: number;
  base: number;
}

/** Both are run by turns, so that a machine that is busy elsewhere slows both down. */
export function compare({ work, base }: Pair, rounds: number): Ratio {
  warm(work);
  warm(base);
  const count = repetitions(base);
  const samples = Array.from({ length: rounds }, (_, round) => {
    // Neither always comes first: the second one may pay for the first one's garbage.
    const workFirst = round % 2 === 0;
    const first = milliseconds(workFirst ? work : base, count);
    const second = milliseconds(workFirst ? base : work, count);
    return workFirst ? { work: first, base: second } : { work: second, base: first };
  });
  return {
    ratio: median(samples.map((one) => one.work / one.base)),
    work: median(samples.map((one) => one.work)),
    base: median(samples.map((one) => one.base)),
  };
}

/** Milliseconds that one run takes: the least of several samples, each of several runs. */
export function leastTime(work: () => unknown, samples: number): number {
  warm(work);
  const count = repetitions(work);
  return Math.min(...Array.from({ length: samples }, () => milliseconds(work, count)));
}

function repetitions(work: () => unknown): number {
  return Math.ceil(SAMPLE_MS / milliseconds(work, 5));
}

function warm(work: () => unknown): void {
  const end = performance.now() + WARM_MS;
  do work();
  while (performance.now() < end);
}

/** Of processor time, garbage collection included: what other processes of the machine take does not count. */
function milliseconds(work: () => unknown, count: number): number {
  const start = process.cpuUsage();
  for (let done = 0; done < count; done += 1) work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / count;
}

/** Processor time in milliseconds that one run takes of the thread that the event loop runs on. */
export function heldBy(work: () => unknown): number {
  const start = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The nearest of the values, not something between two. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Slope of the line of least squares through the points' logarithms: 1 is linear, 2 quadratic. */
export function logLogSlope(points: readonly (readonly [size: number, value: number])[]): number {
  const logs = points.map(([size, value]) => [Math.log(size), Math.log(value)] as const);
  const mean = (at: 0 | 1) => logs.reduce((sum, one) => sum + one[at], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, one) => sum + (one[0] - x) * (one[1] - y), 0);
  return covariance / logs.reduce((sum, one) => sum + (one[0] - x) ** 2, 0);
}
