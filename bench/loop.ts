import { metacontrollerProgram } from '../test/e2e/lib/metacontroller.ts';
import type { Row } from './lib/rows.ts';
import { type Course, type EnvPlan, startCourse } from './loop/course.ts';
import { manyRows } from './loop/many.ts';
import { oneMoreRows, type Population } from './loop/one-more.ts';
import { paceRows } from './loop/pace.ts';
import { openShop } from './loop/shop-on.ts';
import { type Stage, startStage } from './loop/stage.ts';

/**
 * Flags for the measurements of the whole control loop, on a real control plane and a real Metacontroller
 * (`METACONTROLLER_BIN`). The settle and drain times are 0, so that only work is measured and no intended waiting.
 */
const FLAGS = ['--settle-seconds=0', '--drain-seconds=0'];

interface Options {
  isSmoke: boolean;
}

/** Creates and deletes many envs at once: first each env on its own service, then all on the same service. */
export async function manyEnvsRows({ isSmoke }: Options): Promise<Row[]> {
  const many = isSmoke ? 2 : 100;
  return onStage('many', many, async (stage, course) => [
    ...(await manyRows(stage, course, {
      ...{ part: `many: ${many} envs on as many services`, isJudged: !isSmoke },
      ...{ envs: envsOn(many, (at) => at), rounds: isSmoke ? 1 : 3 },
    })),
    ...(await manyRows(stage, course, {
      ...{ part: `many: ${many} envs on one service`, isJudged: false },
      ...{ envs: envsOn(many, () => 0), rounds: isSmoke ? 1 : 2 },
    })),
  ]);
}

/** Creates and deletes one more env, in a cluster with few envs and in one with many. */
export async function oneMoreEnvRows({ isSmoke }: Options): Promise<Row[]> {
  const sizes = isSmoke ? [1, 2] : [10, 300];
  const last = Math.max(...sizes);
  return onStage('one-more', last + 1, (_stage, course) => {
    const populations = sizes.map((size) => population(size, last));
    return oneMoreRows(course, populations, isSmoke ? 1 : 5);
  });
}

/** Measures how Metacontroller's limit on requests per second affects the control loop. */
export async function paceOfMetacontrollerRows({ isSmoke }: Options): Promise<Row[]> {
  const many = isSmoke ? 2 : 100;
  const envs = envsOn(many, (at) => at);
  return onStage('pace', many, (stage, course) => paceRows(stage, course, envs));
}

async function onStage(
  part: string,
  services: number,
  measure: (stage: Stage, course: Course) => Promise<Row[]>,
): Promise<Row[]> {
  if (metacontrollerProgram() === undefined) {
    const why = 'METACONTROLLER_BIN is not set';
    process.stderr.write(`${part}: skipped, because ${why}\n`);
    return [];
  }
  const stage = await startStage(FLAGS);
  try {
    await openShop(stage, services);
    const course = await startCourse(stage);
    const rows = await measure(stage, course);
    course.stop();
    return rows;
  } finally {
    await stage.stop();
  }
}

function envsOn(count: number, serviceOf: (at: number) => number): EnvPlan[] {
  return Array.from({ length: count }, (_, at) => ({ name: `env-${at}`, service: serviceOf(at) }));
}

/** Every fifth env is on the first service. Each other env has its own service. */
function population(size: number, elsewhere: number): Population {
  const envs = envsOn(size, (at) => (at % 5 === 0 ? 0 : at));
  return { envs, elsewhere, crowded: 0 };
}
