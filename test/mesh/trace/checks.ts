import { beforeAll, expect, test } from '@jest/globals';
import { table } from '../../support/figures-file.ts';
import { recordFigure } from '../lib/figures.ts';
import { baseline } from './baseline.ts';
import { BUGS } from './bugs.ts';
import { BASE_ENDING, ENV_ENDING, endings, FIELDS, fieldCoverage } from './coverage.ts';
import { GATEWAY } from './generate/world.ts';
import { differences, type Judged, judged } from './judge.ts';
import type { Recorded } from './record.ts';

const LEAST = { pairs: 2000, configurations: 200, perField: 50, notOnBase: 0.3 };

/** The tests for a live run and for its replay. `title`: the section of docs/verified.md for the measurements. */
export function checks(
  title: string,
  run: () => Promise<Recorded>,
  { it = test, seconds = 300 }: { it?: typeof test.skip; seconds?: number } = {},
): void {
  let recorded: Recorded;
  let pairs: Judged[];
  const figure = (what: string, value: string | number) =>
    recordFigure({ section: title, what, value: String(value) });
  const tell = (text: string) => {
    process.stderr.write(`${text}\n`);
    recordFigure({ section: title, value: text });
  };

  beforeAll(async () => {
    if (it === test.skip) return;
    recorded = await run();
    pairs = judged(recorded.after);
  }, seconds * 1000);

  it('trace names the pods that answered, or the 404 or 503', () => {
    const { seed, configurations } = recorded.settings;
    const found = differences(pairs);
    figure('Seed (`MESH_SEED`)', seed);
    figure(
      'Configurations, and pairs of a configuration and a request',
      `${configurations}, ${pairs.length}`,
    );
    figure('Differences between trace and Envoy', found.length);
    expect(found).toEqual([]);
    expect(differences(judged(recorded.before))).toEqual([]);
    expect(configurations).toBeGreaterThanOrEqual(LEAST.configurations);
    expect(pairs.length).toBeGreaterThanOrEqual(LEAST.pairs);
  });

  it('the requests meet and fail every match field often enough, and not only reach the base', () => {
    const fields = fieldCoverage(pairs);
    const rows = FIELDS.map((field) => {
      const { asked, met, failed } = fields[field];
      return [`\`${field}\``, String(asked), String(met), String(failed)];
    });
    tell(table(['match field', 'pairs that asked for it', 'met', 'not met'], rows));
    const kinds = endings(pairs);
    tell(
      table(
        ['the request ended on', 'pairs'],
        Object.entries(kinds).map(([kind, count]) => [kind, String(count)]),
      ),
    );
    const elsewhere = 1 - (kinds[BASE_ENDING] ?? 0) / pairs.length;
    figure('Pairs that did not end on the base', `${(elsewhere * 100).toFixed(1)} %`);
    for (const field of FIELDS) {
      expect({ field, enough: fields[field].met >= LEAST.perField }).toEqual({
        field,
        enough: true,
      });
      expect({ field, enough: fields[field].failed >= LEAST.perField }).toEqual({
        field,
        enough: true,
      });
    }
    expect(elsewhere).toBeGreaterThanOrEqual(LEAST.notOnBase);
  });

  it.each(Object.entries(BUGS))(
    'the comparison finds an evaluator with this bug: %s',
    (name, judge) => {
      const right = differences(pairs).length;
      const caught = differences(pairs, judge).length - right;
      figure(`Differences with the mistake "${name}"`, caught);
      expect(caught).toBeGreaterThan(0);
    },
  );

  it('a request that matches no env gets the same answer as without envs', () => {
    const hasEnvs = (id: string) => recorded.withEnvs.includes(id);
    const { compared, changed } = baseline(recorded.before, recorded.after, hasEnvs);
    figure(
      'Requests that match no env, answered as without envs',
      `${compared - changed.length} of ${compared}`,
    );
    expect(changed).toEqual([]);
    expect(compared).toBeGreaterThan(300);
  });

  it('through a gateway, requests reach pods of envs and of the base', () => {
    const through = pairs.filter(({ request }) => request.proxy === 'public');
    const { [ENV_ENDING]: own = 0, [BASE_ENDING]: base = 0 } = endings(through);
    figure(
      `Pairs through ${GATEWAY}: all, on an env's pods, on the base's`,
      `${through.length}, ${own}, ${base}`,
    );
    // About 14 and 30: where weights decide, proxies choose at random.
    expect(own).toBeGreaterThanOrEqual(5);
    expect(base).toBeGreaterThanOrEqual(10);
  });
}
