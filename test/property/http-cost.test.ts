import { afterAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FAMILIES } from '../hostile/lib/families.ts';
import { jsonOf } from '../hostile/lib/parts.ts';
import { hostileApp } from '../hostile/lib/service.ts';
import { executedSteps } from '../support/executed-steps.ts';

/** Maximum number of executed code blocks for one body, and in addition for each byte of it. */
const MAX_STEPS = 10_000_000;
const STEPS_PER_BYTE = 20;

const { app } = hostileApp();
const steps = executedSteps();

afterAll(() => app.close());

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
