/** Minimum duration of a sample: shorter ones would show the steps of the clock. */
const SAMPLE_MS = 5;
/** Warm-up time, until the JIT has compiled the code as in a service that has run for a while. */
const WARM_MS = 200;

export interface Pair {
  /** The measured function and the one that it is compared with. Each call does the complete work once. */
  work: () => unknown;
  base: () => unknown;
}

export interface Ratio {
  /** Median over all rounds of the ratio of the two times in the same round. */
  ratio: number;
  /** Milliseconds, medians. */
  work: number;
  base: number;
}

/** Runs both in turns, so that other load on the machine slows both down. */
export function compare({ work, base }: Pair, rounds: number): Ratio {
  warm(work);
  warm(base);
  const count = repetitions(base);
  const samples = Array.from({ length: rounds }, (_, round) => {
    // The order alternates: the second one may pay for the first one's garbage.
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

/** Milliseconds of one run: the minimum of several samples, each of several runs. */
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

/** Processor time, including garbage collection, without other processes of the machine. */
function milliseconds(work: () => unknown, count: number): number {
  const start = process.cpuUsage();
  for (let done = 0; done < count; done += 1) work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / count;
}

/** Processor time in milliseconds of one run, on the thread of the event loop. */
export function heldBy(work: () => unknown): number {
  const start = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** One of the given values: no interpolation. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Slope of the least-squares line through the logarithms of the points: 1 is linear, 2 quadratic. */
export function logLogSlope(points: readonly (readonly [size: number, value: number])[]): number {
  const logs = points.map(([size, value]) => [Math.log(size), Math.log(value)] as const);
  const mean = (at: 0 | 1) => logs.reduce((sum, one) => sum + one[at], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, one) => sum + (one[0] - x) * (one[1] - y), 0);
  return covariance / logs.reduce((sum, one) => sum + (one[0] - x) ** 2, 0);
}
