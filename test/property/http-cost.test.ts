import { Session } from 'node:inspector';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FAMILIES } from '../hostile/lib/families.ts';
import { jsonOf } from '../hostile/lib/parts.ts';
import { hostileApp } from '../hostile/lib/service.ts';

/**
 * Maximum number of executed code blocks for one body, plus the same number for each byte of it. Unlike a time, this
 * number does not depend on the load of the machine.
 */
const MAX_STEPS = 10_000_000;
const STEPS_PER_BYTE = 20;

const { app } = hostileApp();
const session = new Session();

interface Coverage {
  result: {
    url: string;
    functions: { ranges: { count: number }[] }[];
  }[];
}

beforeAll(() => {
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
});

afterAll(async () => {
  session.post('Profiler.stopPreciseCoverage');
  session.disconnect();
  await app.close();
});

/** Executed code blocks since the last call. */
function steps(): number {
  let sum = 0;
  session.post('Profiler.takePreciseCoverage', (_error, coverage) => {
    for (const { url, functions } of (coverage as unknown as Coverage).result) {
      if (!url.includes('/src/')) continue;
      for (const { ranges } of functions) for (const { count } of ranges) sum += count;
    }
  });
  return sum;
}

it('the executed steps for a body are limited by its size, whatever its structure', async () => {
  let most = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...FAMILIES),
      fc.integer({ min: 4, max: 40 }),
      async ({ name, url, most: limit, body }, eighths) => {
        const size = Math.max(2, Math.floor(limit / 2 ** (eighths / 8)));
        const payload = jsonOf(body(size));
        const headers = { 'content-type': 'application/json' };
        steps();
        const { statusCode } = await app.inject({ method: 'POST', url, payload, headers });
        const taken = steps();
        most = Math.max(most, taken);
        expect([name, statusCode < 500]).toEqual([name, true]);
        expect([name, size, taken < MAX_STEPS + STEPS_PER_BYTE * payload.length]).toEqual([
          name,
          size,
          true,
        ]);
      },
    ),
  );
  // Checks that the counter works.
  expect(most).toBeGreaterThan(10_000);
}, 300_000);
