import { expect, test } from '@jest/globals';
import { spread } from '../../e2e/lib/figures.ts';
import { type Ran, whyNotVerified } from '../../e2e/lib/verified.ts';

const WHOLE: readonly Ran[] = ['scenarios', 'figures', 'kills', 'others', 'tools']
  .flatMap((suite) => [`${suite}-dynamic-apply`, `${suite}-server-side-apply`])
  .map((file) => ({ file, statuses: ['passed', 'passed'], retried: [] }));

test('only a complete run without failures counts as verified', () => {
  expect(whyNotVerified(WHOLE)).toBeUndefined();
  expect(
    whyNotVerified([...WHOLE, { file: 'uninstall', statuses: ['passed'], retried: [] }]),
  ).toBeUndefined();
  expect(whyNotVerified(WHOLE.slice(1))).toBe('scenarios-dynamic-apply did not run');
  expect(whyNotVerified(WHOLE.slice(0, -1))).toBe('tools-server-side-apply did not run');
  for (const status of ['failed', 'pending']) {
    const open = { file: 'uninstall', statuses: ['passed', status], retried: [] };
    expect(whyNotVerified([...WHOLE, open])).toBe('not every test of uninstall ran and passed');
  }
});

test('durations are reported as median, minimum and maximum', () => {
  expect(spread([3000, 1000, 2000])).toBe('2.00 s (1.00 – 3.00, n = 3)');
});
