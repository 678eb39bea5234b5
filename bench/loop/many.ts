import type { Row } from '../lib/rows.ts';
import type { Course, EnvPlan } from './course.ts';
import { total } from './requests.ts';
import { costRows, type Life, secondsOf } from './rows.ts';
import type { Stage } from './stage.ts';

/**
 * Seconds that Riskified's operator, which this project replaces, needed for a hundred envs (docs/performance.md). Most
 * of this time comes from its limit of 20 requests per second. So the numbers are similar on every machine.
 */
const OPERATOR_SECONDS = { create: 48.5, remove: 13.7 };
/** Minimum speed-up compared with the operator. */
const GOALS = { create: 5, remove: 2.5 };
/**
 * Maximum ratio of two times: with decisions of our service, and with answers from a table. The second is the time that
 * Metacontroller itself needs.
 */
const MOST_OF_TABLE = 1.15;

interface Options {
  part: string;
  envs: readonly EnvPlan[];
  rounds: number;
  isJudged: boolean;
}

/** Creates and deletes many envs at once. The answers are decided by the service and taken from a table, in turns. */
export async function manyRows(
  { service: hooks }: Stage,
  course: Course,
  { part, envs, rounds, isJudged }: Options,
): Promise<Row[]> {
  const live = async (): Promise<Life> => ({
    create: await course.create(envs),
    remove: await course.remove(envs),
  });
  await hooks.answerBy('learn');
  await live();
  const decided: Life[] = [];
  const tabled: Life[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await hooks.answerBy('decide');
    decided.push(await live());
    await hooks.answerBy('table');
    tabled.push(await live());
  }
  await hooks.answerBy('decide');
  const asked = tabled.flatMap(({ create, remove }) => [create.hooks.table, remove.hooks.table]);
  const sumOf = (key: 'asked' | 'unknown') => asked.reduce((sum, one) => sum + one[key], 0);
  const note = `${sumOf('unknown')} of ${sumOf('asked')} calls were not in the table, and decided`;
  const legs = ['create', 'remove'] as const;
  return [
    ...legs.flatMap((leg): Row[] => {
      const until = leg === 'create' ? 'created → all Ready' : 'deleted → all gone';
      const [ours, theirs] = [secondsOf(decided, leg), secondsOf(tabled, leg)];
      return [
        {
          part,
          name: until,
          figure: ours,
          unit: 's',
        },
        ...(isJudged ? [operatorRow(part, until, leg, ours)] : []),
        {
          part,
          name: `${until}, by the time when answers come from a table`,
          figure: ours / theirs,
          unit: '×',
          goal: { most: MOST_OF_TABLE },
          note: `${theirs.toFixed(2)} s; ${note}`,
        },
      ];
    }),
    ...costRows(part, decided, envs.length),
    {
      part,
      name: "Metacontroller's requests when answers come from a table",
      figure:
        tabled.reduce(
          (sum, { create, remove }) => sum + total(create.requests) + total(remove.requests),
          0,
        ) /
        tabled.length /
        envs.length,
      unit: '',
    },
  ];
}

function operatorRow(part: string, until: string, leg: keyof typeof GOALS, ours: number): Row {
  const theirs = OPERATOR_SECONDS[leg];
  return {
    part,
    name: `${until}, the time of Riskified's operator by it`,
    figure: theirs / ours,
    unit: '×',
    goal: { least: GOALS[leg] },
    note: `${theirs} s, measured by itself`,
  };
}
