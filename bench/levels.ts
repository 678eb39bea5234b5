import { type LevelsSize, levelCalls } from './lib/levels.ts';
import { growthOf, ratioRow } from './lib/ratio-rows.ts';
import type { Row } from './lib/rows.ts';
import { createService } from './lib/service.ts';

const PART = 'levels';
const NAMESPACE_SIZE: LevelsSize = { services: 100, versions: 3 };

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
  const ratios = calls.map((call) =>
    ratioRow({ part: PART, name: `${call.hook}, ${call.state}` }, call, service, isSmoke),
  );
  const growths = GROWTHS.flatMap(({ of, sizes, size }) => {
    const counts = isSmoke ? sizes.slice(0, 2) : sizes;
    const idle = counts.flatMap((count) =>
      levelCalls(size(count))
        .slice(0, 1)
        .map((call) => ({ count, call })),
    );
    return growthOf({ part: PART, of }, idle, service, isSmoke);
  });
  return [...ratios, ...growths];
}
