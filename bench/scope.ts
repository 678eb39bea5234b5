import { answer, decide } from './lib/hook.ts';
import { counted } from './lib/reads.ts';
import type { Row } from './lib/rows.ts';
import { type ScopeSize, scopeCalls } from './lib/scope.ts';
import { createService } from './lib/service.ts';
import { compare, leastTime, logLogSlope } from './lib/timing.ts';

const PART = 'scope';
const MOST_RATIO = 2;
const MOST_GROWTH = 1.1;
const SIZE: ScopeSize = { workloads: 100, unique: 4 };
const STAGES = ['the env is created', 'idle', 'its Environment has changed'];
const GROWTHS: { of: string; sizes: number[]; size: (count: number) => ScopeSize }[] = [
  {
    of: 'workloads in scope',
    sizes: [25, 50, 100, 200],
    size: (workloads) => ({ workloads, unique: 4 }),
  },
  { of: 'unique workloads', sizes: [4, 8, 16, 32], size: (unique) => ({ workloads: 40, unique }) },
];

/**
 * What a sync of an env costs whose configuration concerns 100 Deployments: the time of the whole call divided by the time to parse
 * the request and to stringify the answer; and how time and reads grow.
 */
export async function scopeRows({ isSmoke }: { isSmoke: boolean }): Promise<Row[]> {
  const service = await createService();
  const calls = await scopeCalls(isSmoke ? { workloads: 4, unique: 1 } : SIZE);
  const rows = calls.map((call, at): Row => {
    const answered = decide(call, JSON.parse(call.text), service);
    const base = () => [JSON.parse(call.text), JSON.stringify(answered)];
    const { ratio, work } = compare({ work: () => answer(call, service), base }, isSmoke ? 2 : 25);
    return {
      part: PART,
      name: `sync, ${STAGES[at]}`,
      figure: ratio,
      unit: '×',
      goal: { most: MOST_RATIO },
      note: `${(call.text.length / 1024).toFixed(0)} KiB ${work.toFixed(2)} ms`,
    };
  });
  const growths = await Promise.all(GROWTHS.map((growth) => growthOf(growth, service, isSmoke)));
  return [...rows, ...growths.flat()];
}

async function growthOf(
  { of, sizes, size }: (typeof GROWTHS)[number],
  service: Awaited<ReturnType<typeof createService>>,
  isSmoke: boolean,
): Promise<Row[]> {
  const counts = isSmoke ? [4, 8] : sizes;
  const idle = await Promise.all(counts.map(async (count) => (await scopeCalls(size(count)))[1]));
  const points = idle.map((call, at) => {
    if (call === undefined) throw new Error('there is no call');
    const { value, reads } = counted(JSON.parse(call.text) as object);
    decide(call, value, service);
    const time = leastTime(() => answer(call, service), isSmoke ? 1 : 7);
    return { count: counts[at] ?? 0, time, reads: reads() };
  });
  return (['reads', 'time'] as const).map((what) => ({
    part: PART,
    name: `${what}, by ${of}`,
    figure: logLogSlope(points.map((point) => [point.count, point[what]])),
    unit: '',
    goal: { most: MOST_GROWTH },
  }));
}
