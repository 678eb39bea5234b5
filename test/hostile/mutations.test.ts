import { afterAll, expect, test } from '@jest/globals';
import { corpus, type Sample } from './lib/corpus.ts';
import { fault } from './lib/invariants.ts';
import { MAX_MS, postQuickly, usedBytes } from './lib/measure.ts';
import { mutated } from './lib/mutate.ts';
import { createRandom } from './lib/random.ts';
import { hostileApp } from './lib/service.ts';

/** HOSTILE_CALLS: how many; HOSTILE_SEED: which ones. */
const CALLS = Number(process.env['HOSTILE_CALLS'] || 100_000);
const SEED = Number(process.env['HOSTILE_SEED'] || 7);
/** What may be in use more after all calls than after a quarter of them: the memories are full by then. */
const MAX_GROWTH_BYTES = 16 * 2 ** 20;

const { app, crash } = hostileApp(['--metacontroller-user=mc']);
afterAll(() => app.close());

function describe(sample: Sample, body: unknown, problem: string): string {
  return `${problem}\n  ${sample.url} ${JSON.stringify(body).slice(0, 2000)}`;
}

test(`${CALLS} bodies in which something is wrong: each is answered in words, and nothing is lost`, async () => {
  const samples = corpus();
  const random = createRandom(SEED);
  const faults = new Map<string, string>();
  let usedBefore = 0;
  for (let call = 0; call < CALLS; call += 1) {
    if (call === Math.floor(CALLS / 4)) usedBefore = usedBytes();
    const sample = random.pick(samples);
    const body = mutated(sample.body, random);
    const { statusCode, text, ms } = await postQuickly(app, sample.url, JSON.stringify(body));
    const slow = ms > MAX_MS ? `took ${Math.round(ms)} ms of the processor` : undefined;
    const problem = slow ?? fault({ url: sample.url, sent: body, statusCode, text });
    if (problem !== undefined)
      faults.set(`${sample.url}: ${problem}`, describe(sample, body, problem));
  }
  expect([...faults.values()]).toEqual([]);
  expect(usedBytes() - usedBefore).toBeLessThan(MAX_GROWTH_BYTES);
});
