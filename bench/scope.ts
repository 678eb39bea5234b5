import { growthOf, ratioRow } from './lib/ratio-rows.ts';
import type { Row } from './lib/rows.ts';
import { type ScopeSize, scopeCalls } from './lib/scope.ts';
import { createService } from './lib/service.ts';

const PART = 'scope';
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
  const ratios = calls.map((call, at) =>
    ratioRow({ part: PART, name: `sync, ${STAGES[at]}` }, call, service, isSmoke),
  );
  const growths = await Promise.all(
    GROWTHS.map(async ({ of, sizes, size }) => {
      const idle = await Promise.all(
        (isSmoke ? [4, 8] : sizes).map((count) => idleCall(size, count)),
      );
      return growthOf({ part: PART, of }, idle, service, isSmoke);
    }),
  );
  return [...ratios, ...growths.flat()];
}

async function idleCall(size: (count: number) => ScopeSize, count: number) {
  const [, call] = await scopeCalls(size(count));
  if (call === undefined) throw new Error('there is no call');
  return { count, call };
}
