import { afterAll, expect, test } from '@jest/globals';
import { corpus, type Sample } from './lib/corpus.ts';
import { fault } from './lib/invariants.ts';
import { MAX_MS, postQuickly, usedBytes } from './lib/measure.ts';
import { mutated } from './lib/mutate.ts';
import { createRandom } from './lib/random.ts';
import { hostileApp } from './lib/service.ts';

/** HOSTILE_CALLS: the number of calls. HOSTILE_SEED: the seed of the mutations. */
const CALLS = Number(process.env['HOSTILE_CALLS'] || 100_000);
const SEED = Number(process.env['HOSTILE_SEED'] || 7);
/**
 * Maximum growth of memory between a quarter of the calls and all of them. After a quarter of the calls the caches are
 * full.
 */
const MAX_GROWTH_BYTES = 16 * 2 ** 20;

const { app, crash } = hostileApp();
afterAll(() => app.close());

/** What is wrong with the answer to one call; undefined if nothing is. */
async function problemOf(
  { url }: Sample,
  body: unknown,
  sent: string,
): Promise<string | undefined> {
  const { statusCode, text, ms } = await postQuickly(app, url, sent);
  if (ms > MAX_MS) return `${url} took ${Math.round(ms)} ms of processor time`;
  const problem = fault({ url, sent: body, statusCode, text });
  if (problem === undefined) return undefined;
  return `${url}: ${problem}${statusCode < 500 ? '' : ` in ${crash()}`}`;
}

/** Undefined: the JSON is longer than a string can be (512 MiB), so it cannot be sent. The service reads 16 MiB at most. */
function jsonOrUndefined(body: unknown): string | undefined {
  try {
    return JSON.stringify(body);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

test(`${CALLS} mutated bodies: each is answered correctly, and no child and no user's route is lost`, async () => {
  const samples = corpus();
  const random = createRandom(SEED);
  const faults = new Map<string, string>();
  let usedBefore = 0;
  for (let call = 0; call < CALLS; call += 1) {
    if (call === Math.floor(CALLS / 4)) usedBefore = usedBytes();
    const sample = random.pick(samples);
    const body = mutated(sample.body, random);
    const sent = jsonOrUndefined(body);
    if (sent === undefined) continue;
    const problem = await problemOf(sample, body, sent);
    if (problem === undefined || faults.has(problem)) continue;
    faults.set(problem, `${problem}\n  ${JSON.stringify(body).slice(0, 2000)}`);
  }
  expect([...faults.values()]).toEqual([]);
  expect(usedBytes() - usedBefore).toBeLessThan(MAX_GROWTH_BYTES);
});
