import { describe, expect, test } from '@jest/globals';
import { pick } from '../../../src/refs/pick.ts';
import { expected, settingsFor, VECTORS } from './vectors.ts';

describe.each(['joined', 'each'] as const)(
  'clients/vectors/routes.yaml, repeated headers %s',
  (how) => {
    test.each(VECTORS.map((one) => [one.name, one] as const))('%s', (_, one) => {
      const picked = pick(one.service, one.headers, settingsFor(one), how);
      expect(picked ?? null).toBe(expected(one, how));
    });
  },
);

test('the file has unique names, a reason for each case, and enough cases', () => {
  const names = VECTORS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(VECTORS.filter(({ why }) => !why)).toEqual([]);
  expect(VECTORS.length).toBeGreaterThanOrEqual(120);
});
