import { afterAll, expect, test } from '@jest/globals';
import { FAMILIES } from './lib/families.ts';
import { MAX_MS, postQuickly } from './lib/measure.ts';
import { jsonOf } from './lib/parts.ts';
import { hostileApp } from './lib/service.ts';

/** The maximum body size that `app.ts` accepts. */
const MAX_BODY_BYTES = 16 * 2 ** 20;

const { app } = hostileApp();
afterAll(() => app.close());

test.each(FAMILIES.map((family) => [family.name, family] as const))(
  'a body of the largest size is answered in time: %s',
  async (_name, { url, most, body }) => {
    const text = jsonOf(body(most));
    expect(text.length).toBeLessThan(MAX_BODY_BYTES);
    const { statusCode, ms } = await postQuickly(app, url, text);
    expect([200, 400, 422]).toContain(statusCode);
    expect(ms).toBeLessThan(MAX_MS);
  },
);
