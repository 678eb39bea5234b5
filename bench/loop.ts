import type { Row } from './lib/rows.ts';
import { type EnvPlan, startCourse } from './loop/course.ts';
import { manyRows } from './loop/many.ts';
import { oneMoreRows, type Population } from './loop/one-more.ts';
import { paceRows } from './loop/pace.ts';
import { openShop } from './loop/shop-on.ts';
import { startStage } from './loop/stage.ts';

/** Without what is waited for on purpose: what is left is work. */
const FLAGS = ['--settle-seconds=0', '--drain-seconds=0'];

interface Sizes {
  many: number;
  populations: readonly number[];
  rounds: number;
}

const FULL: Sizes = { many: 100, populations: [10, 300], rounds: 3 };
const SMOKE: Sizes = { many: 2, populations: [1, 2], rounds: 1 };

/** The whole loop on a real control plane with a real Metacontroller, when `METACONTROLLER_BIN` names one. */
export async function loopRows({ isSmoke }: { isSmoke: boolean }): Promise<Row[]> {
  const program = process.env['METACONTROLLER_BIN'] ?? '';
  if (program === '') {
    process.stderr.write('loop: left out, because METACONTROLLER_BIN names no Metacontroller\n');
    return [];
  }
  const { many, populations, rounds } = isSmoke ? SMOKE : FULL;
  const stage = await startStage({ program, strategy: 'server-side-apply', flags: FLAGS });
  try {
    const last = Math.max(many, ...populations) + 1;
    await openShop(stage, last + 1);
    const course = await startCourse(stage);
    const spread = envsOn(many, (at) => at);
    const rows = [
      ...(await manyRows(stage, course, {
        ...{ part: `loop, ${many} envs on as many services`, envs: spread, rounds },
        isJudged: many === FULL.many,
      })),
      ...(await manyRows(stage, course, {
        ...{ part: `loop, ${many} envs on one service`, envs: envsOn(many, () => 0), rounds: 1 },
        isJudged: false,
      })),
      ...(await oneMoreRows(
        course,
        populations.map((size) => population(size, last)),
        rounds,
      )),
      ...(isSmoke ? [] : await paceRows(stage, course, spread)),
    ];
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
  const envs = envsOn(size, (at) => (at < size / 5 ? 0 : at));
  return { envs, elsewhere, crowded: 0 };
}
