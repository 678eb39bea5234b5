/** Minimum duration of a sample in milliseconds. The clock is not exact enough for shorter samples. */
const SAMPLE_MS = 5;
/**
 * Processor time of the warm-up in milliseconds. After it the JIT has compiled the code, as in a service that has run for a while.
 * A call of 2 ms needs some hundred runs.
 */
const WARM_MS = 500;

export interface Pair {
  /** `work` is measured, and compared with `base`. Each call does the complete work once. */
  work: () => unknown;
  base: () => unknown;
}

export interface Ratio {
  /** `work` divided by `base`: the ratio of the two times of one round. It is the median over all rounds. */
  ratio: number;
  /** Median times in milliseconds. */
  work: number;
  base: number;
}

/** Runs both functions in turns, so that other load on the machine slows both down. */
export function compare({ work, base }: Pair, rounds: number): Ratio {
  warm(work);
  warm(base);
  const count = repetitions(base);
  const samples = Array.from({ length: rounds }, (_, round) => {
    // The order alternates, because the second function may have to collect the garbage of the first.
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

/** The time of one run in milliseconds: the minimum of several samples. Each sample has several runs. */
export function leastTime(work: () => unknown, samples: number): number {
  warm(work);
  const count = repetitions(work);
  return Math.min(...Array.from({ length: samples }, () => milliseconds(work, count)));
}

function repetitions(work: () => unknown): number {
  return Math.ceil(SAMPLE_MS / milliseconds(work, 5));
}

function warm(work: () => unknown): void {
  const start = process.cpuUsage();
  const spent = () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  do work();
  while (spent() < WARM_MS);
}

/**
 * The processor time of this process for one run, in milliseconds. It includes garbage collection, but not other
 * processes.
 */
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

/**
 * The quantile of the values for a share such as 0.99. The result is always one of the given values (no interpolation).
 */
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
