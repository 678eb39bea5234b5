import { answer, decide } from './lib/hook.ts';
import { type LevelsSize, levelCalls } from './lib/levels.ts';
import { counted } from './lib/reads.ts';
import type { Row } from './lib/rows.ts';
import { createService } from './lib/service.ts';
import { compare, leastTime, logLogSlope } from './lib/timing.ts';

const PART = 'levels';
const NAMESPACE_SIZE: LevelsSize = { services: 100, versions: 3 };
const MOST_RATIO = 2;
const MOST_GROWTH = 1.1;

const GROWTHS: { of: string; sizes: number[]; size: (count: number) => LevelsSize }[] = [
  { of: 'Services', sizes: [16, 32, 64, 128], size: (services) => ({ services, versions: 3 }) },
  { of: 'workloads', sizes: [4, 8, 16, 32], size: (versions) => ({ services: 10, versions }) },
  {
    of: 'levels',
    sizes: [2, 4, 8, 16],
    size: (versions) => ({ services: 10, versions, isDeep: true }),
  },
];

/**
 * What a sync of a VirtualEnvironment costs: the time of the whole call divided by the time to parse the request and to stringify the
 * answer, for a namespace with 100 Services and 300 workloads; and how time and reads grow.
 */
export async function levelRows({ isSmoke }: { isSmoke: boolean }): Promise<Row[]> {
  const service = await createService();
  const calls = levelCalls(isSmoke ? { services: 3, versions: 2 } : NAMESPACE_SIZE);
  const ratios = calls.map((call): Row => {
    const answered = decide(call, JSON.parse(call.text), service);
    const base = () => [JSON.parse(call.text), JSON.stringify(answered)];
    const { ratio, work } = compare({ work: () => answer(call, service), base }, isSmoke ? 2 : 25);
    const mib = (call.text.length / 2 ** 20).toFixed(2);
    return {
      part: PART,
      name: `${call.hook}, ${call.state}`,
      figure: ratio,
      unit: '×',
      goal: { most: MOST_RATIO },
      note: `${mib} MiB ${work.toFixed(2)} ms`,
    };
  });
  return [...ratios, ...GROWTHS.flatMap((growth) => growthOf(growth, service, isSmoke))];
}

function growthOf(
  { of, sizes, size }: (typeof GROWTHS)[number],
  service: Awaited<ReturnType<typeof createService>>,
  isSmoke: boolean,
): Row[] {
  const points = (isSmoke ? sizes.slice(0, 2) : sizes).map((count) => {
    const [call] = levelCalls(size(count));
    if (call === undefined) throw new Error('there is no call');
    const { value, reads } = counted(JSON.parse(call.text) as object);
    decide(call, value, service);
    return { count, time: leastTime(() => answer(call, service), isSmoke ? 1 : 7), reads: reads() };
  });
  return (['reads', 'time'] as const).map((what) => ({
    part: PART,
    name: `${what}, by ${of}`,
    figure: logLogSlope(points.map((point) => [point.count, point[what]])),
    unit: '',
    goal: { most: MOST_GROWTH },
  }));
}
