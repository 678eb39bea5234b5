import { metacontrollerProgram } from '../test/e2e/lib/system.ts';
import type { Row } from './lib/rows.ts';
import { type Course, type EnvPlan, startCourse } from './loop/course.ts';
import { manyRows } from './loop/many.ts';
import { oneMoreRows, type Population } from './loop/one-more.ts';
import { paceRows } from './loop/pace.ts';
import { openShop } from './loop/shop-on.ts';
import { type Stage, startStage } from './loop/stage.ts';

/**
 * The whole control loop, on a real control plane with a real Metacontroller, if `METACONTROLLER_BIN` names one.
 * Intended waiting times are set to 0, so that only work is measured.
 */
const FLAGS = ['--settle-seconds=0', '--drain-seconds=0'];

interface Options {
  isSmoke: boolean;
}

/** Many envs at once: spread over as many services, and all on one service. */
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

/** One more env, in clusters with few envs and with many. */
export async function oneMoreEnvRows({ isSmoke }: Options): Promise<Row[]> {
  const sizes = isSmoke ? [1, 2] : [10, 300];
  const last = Math.max(...sizes);
  return onStage('one-more', last + 1, (_stage, course) => {
    const populations = sizes.map((size) => population(size, last));
    return oneMoreRows(course, populations, isSmoke ? 1 : 5);
  });
}

/** How Metacontroller's limit on requests per second affects the loop. */
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
    const why = 'METACONTROLLER_BIN names no Metacontroller';
    process.stderr.write(`${part}: left out, because ${why}\n`);
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

/** A fifth of the envs share the first service; the others have one each. */
function population(size: number, elsewhere: number): Population {
  const envs = envsOn(size, (at) => (at % 5 === 0 ? 0 : at));
  return { envs, elsewhere, crowded: 0 };
}
