import type { Row } from '../lib/rows.ts';
import type { Course, EnvPlan } from './course.ts';
import { costRows, type Life, secondsOf } from './rows.ts';

/** Maximum ratio of the time that one more env needs beside 300 envs to the time that it needs beside 10. */
const MOST = 2;

export interface Population {
  envs: readonly EnvPlan[];
  /** Index of a service without envs, and index of the service with the most envs. */
  elsewhere: number;
  crowded: number;
}

interface Found {
  population: Population;
  elsewhere: Life[];
  crowded: Life[];
}

/**
 * Measures one more env beside the envs of each population. Each population is larger than the one before it. Compares
 * the last result with the first.
 */
export async function oneMoreRows(
  course: Course,
  populations: readonly Population[],
  rounds: number,
): Promise<Row[]> {
  const found: Found[] = [];
  let present: readonly EnvPlan[] = [];
  for (const population of populations) {
    const names = new Set(present.map(({ name }) => name));
    await course.create(population.envs.filter(({ name }) => !names.has(name)));
    present = population.envs;
    const elsewhere: Life[] = [];
    const crowded: Life[] = [];
    for (let round = 0; round < rounds; round += 1) {
      elsewhere.push(await one(course, population.elsewhere));
      crowded.push(await one(course, population.crowded));
    }
    found.push({ population, elsewhere, crowded });
  }
  const whole = await course.remove(present);
  return [
    ...found.flatMap((one) => rowsOf(one)),
    ...ratios(found),
    ...goneRows(present, whole.seconds),
  ];
}

async function one(course: Course, service: number): Promise<Life> {
  const envs = [{ name: 'one-more', service }];
  return { create: await course.create(envs), remove: await course.remove(envs) };
}

const PLACES = ['elsewhere', 'crowded'] as const;
const placeText = { elsewhere: 'on a service without envs', crowded: 'on the crowded service' };

function rowsOf({ population, ...lives }: Found): Row[] {
  const { envs, crowded } = population;
  const crowd = envs.filter(({ service }) => service === crowded).length;
  return PLACES.flatMap((place) => {
    const part = `one more beside ${envs.length}, ${placeText[place]}`;
    const note = place === 'crowded' ? { note: `it has ${crowd} envs already` } : {};
    return [
      {
        part,
        name: 'created → Ready',
        figure: secondsOf(lives[place], 'create'),
        unit: 's',
        ...note,
      },
      { part, name: 'deleted → gone', figure: secondsOf(lives[place], 'remove'), unit: 's' },
      ...costRows(part, lives[place], 1).map(({ goal: _goal, ...row }) => row),
    ];
  });
}

function ratios(found: readonly Found[]): Row[] {
  const [few, many] = [found[0], found.at(-1)];
  if (few === undefined || many === undefined || few === many) return [];
  const part = `one more beside ${many.population.envs.length} by one beside ${few.population.envs.length}`;
  return PLACES.flatMap((place) =>
    (['create', 'remove'] as const).map((leg) => ({
      part,
      name: `${leg === 'create' ? 'created → Ready' : 'deleted → gone'}, ${placeText[place]}`,
      figure: secondsOf(many[place], leg) / secondsOf(few[place], leg),
      unit: '×',
      ...(place === 'elsewhere' ? { goal: { most: MOST } } : {}),
    })),
  );
}

function goneRows(envs: readonly EnvPlan[], seconds: number): Row[] {
  return [
    {
      part: 'one more',
      name: `${envs.length} envs deleted → all gone`,
      figure: seconds,
      unit: 's',
    },
  ];
}
