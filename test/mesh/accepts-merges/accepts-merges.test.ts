import { beforeAll, describe, expect } from '@jest/globals';
import { patchProblems } from '../../../src/istio/merged-routes/patch-problems.ts';
import { targetProblems } from '../../../src/istio/merged-routes/target-problems.ts';
import { ENVOY } from '../../support/merged-routes/envoy.ts';
import { ISTIOD } from '../../support/merged-routes/istiod.ts';
import { mutated } from '../../support/merged-routes/mutate.ts';
import type { Row } from '../../support/merged-routes/row.ts';
import { SCHEMA } from '../../support/merged-routes/schema.ts';
import { STRICTER } from '../../support/merged-routes/stricter.ts';
import { VALID } from '../../support/merged-routes/valid.ts';
import { ENVOY_BIN } from '../lib/envoy-program.ts';
import { istiodProgram } from '../lib/istiod.ts';
import { meshTest } from '../lib/mesh-test.ts';
import { createRandom } from '../trace/generate/random.ts';
import type { OwnRow } from './own-row.ts';
import { truthOf, type Verdict } from './truth.ts';

const MINUTES = 10;

/** Who has to refuse the rows of each list. */
const LISTS = {
  nobody: VALID,
  schema: SCHEMA,
  istiod: ISTIOD,
  envoy: ENVOY,
  us: STRICTER,
} as const;
type Refuser = keyof typeof LISTS;

const GENERATED = 400;
const seed = Number(process.env['MESH_SEED'] ?? 11);

/** Rows of the table with something wrong in them, mostly. */
function generated(): Row[] {
  const random = createRandom(seed);
  const short = VALID.filter(({ patch }) => JSON.stringify(patch).length < 1000);
  return Array.from({ length: GENERATED }, () =>
    mutated(random.pick(random.chance(0.8) ? short : ISTIOD), short, random.int),
  );
}

const listed: Row[] = Object.values(LISTS).flat();
const rows = [...listed, ...generated()];
let verdicts: Verdict[] = [];

const ours = ({ patch, hosts, gateways }: OwnRow) => [
  ...patchProblems(patch),
  ...targetProblems(patch, { hosts, gateways }),
];

/** The verdicts on the rows of a list. */
function of(list: Refuser): Verdict[] {
  const start = rows.indexOf(LISTS[list][0] as Row);
  return verdicts.slice(start, start + LISTS[list].length);
}

const told = ({ row, by, why = '' }: Verdict) =>
  `${row.name}: refused by ${by} ${why.slice(0, 300)}; we say ${JSON.stringify(ours(row))}`;

describe(`${rows.length} routes of merges, judged by the API server, istiod and Envoy`, () => {
  beforeAll(async () => {
    const istiod = istiodProgram();
    if (istiod === undefined) return;
    verdicts = await truthOf(rows, { istiod, envoy: process.env[ENVOY_BIN] ?? '' });
  }, MINUTES * 60_000);

  for (const list of Object.keys(LISTS) as Refuser[]) {
    const refuser = list === 'us' ? 'nobody' : list;
    meshTest(`rows that ${list} refuses`, () => {
      expect(of(list)).toHaveLength(LISTS[list].length);
      expect(
        of(list)
          .filter(({ by }) => by !== refuser)
          .map(told),
      ).toEqual([]);
    });
  }

  meshTest('we refuse a row exactly if somebody else does, or if it is one of our own list', () => {
    const accepted = new Set(of('nobody'));
    const wrong = verdicts
      .slice(0, listed.length)
      .filter((verdict) => (ours(verdict.row).length === 0) !== accepted.has(verdict));
    expect(wrong.map(told)).toEqual([]);
  });

  meshTest(
    'a proxy gets the routes of every row that nobody refuses, except those marked otherwise',
    () => {
      const wrong = verdicts.filter(
        ({ by, unseen = false, row }) => by === 'nobody' && unseen !== row.isUnseen,
      );
      expect(wrong.map(({ row }) => row.name)).toEqual([]);
    },
  );
});
