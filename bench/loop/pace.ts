import type { Row } from '../lib/rows.ts';
import type { Course, EnvPlan } from './course.ts';
import type { Stage } from './stage.ts';

/** Metacontroller's limits on its requests to the API server. Metacontroller's default is 5 requests per second. */
const PACES = [
  { qps: 50, burst: 100, workers: 20 },
  { qps: 100, burst: 200, workers: 20 },
  { qps: 200, burst: 400, workers: 20 },
  { qps: 300, burst: 600, workers: 20 },
  { qps: 300, burst: 600, workers: 50 },
];

/** Measures how long many envs need with each limit, and how much processor time the API server uses. */
export async function paceRows(
  stage: Stage,
  course: Course,
  envs: readonly EnvPlan[],
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { qps, burst, workers } of PACES) {
    const start = await stage.killMetacontroller();
    await start([`-client-go-qps=${qps}`, `-client-go-burst=${burst}`, `-workers=${workers}`]);
    const create = await course.create(envs);
    const remove = await course.remove(envs);
    const part = `pace ${qps}/${burst}, ${workers} workers`;
    const load = (leg: typeof create) =>
      `API server ${(leg.cpu.apiServer / leg.seconds).toFixed(2)} processors`;
    rows.push(
      {
        part,
        name: `${envs.length} envs created → all Ready`,
        figure: create.seconds,
        unit: 's',
        note: load(create),
      },
      {
        part,
        name: `${envs.length} envs deleted → all gone`,
        figure: remove.seconds,
        unit: 's',
        note: load(remove),
      },
    );
  }
  return rows;
}
