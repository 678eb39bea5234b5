import { expect, it } from '@jest/globals';
import type { IstioMatch } from '../../../../src/api/dynamicenv.ts';
import { orderReason } from '../../../../src/virtualservice/injections/order-reason.ts';
import { pairsByPrecedence } from '../../../../src/virtualservice/injections/precedence.ts';
import { planEntry, SCOPE } from '../builders.ts';

const exact = (value: string): IstioMatch => ({ headers: { user: { exact: value } } });
const prefix = (value: string): IstioMatch => ({ headers: { user: { prefix: value } } });
const regex = (value: string): IstioMatch => ({ headers: { user: { regex: value } } });

it.each<[string, IstioMatch, IstioMatch, string]>([
  [
    'conditions',
    { ...regex('a'), sourceLabels: { app: 'web' } },
    exact('a'),
    'its match has more conditions (2, that of late 1)',
  ],
  ['exact', exact('a'), prefix('aaa'), 'its match has more exact conditions (1, that of late 0)'],
  ['prefixes', prefix('a'), regex('aaa'), 'its match has more prefixes (1, that of late 0)'],
  [
    'text',
    exact('abc'),
    exact('ab'),
    'its match has more text to compare (3, that of late 2 characters)',
  ],
])('by %s', (_name, a, b, reason) => {
  const first = planEntry({
    env: 'first',
    matches: [a],
    envCreationTimestamp: '2026-01-02T00:00:00Z',
  });
  const late = planEntry({
    env: 'late',
    matches: [b],
    envCreationTimestamp: '2026-01-01T00:00:00Z',
  });
  const [one, other] = pairsByPrecedence([late, first], SCOPE);
  expect(one?.injection).toBe(first);
  expect(one && other && orderReason(one, other)).toBe(reason);
});

it('by age, by name, and of one env', () => {
  const told = (...all: Parameters<typeof planEntry>[0][]) => {
    const [one, other] = pairsByPrecedence(
      all.map((parts) => planEntry(parts)),
      SCOPE,
    );
    return one && other && orderReason(one, other);
  };
  const at = (day: number) => ({ envCreationTimestamp: `2026-01-0${day}T00:00:00Z` });
  expect(told({ env: 'b', ...at(1) }, { env: 'a', ...at(2) })).toBe(
    'it is older (2026-01-01T00:00:00Z, a 2026-01-02T00:00:00Z), and the matches are equally specific',
  );
  expect(told({ env: 'b', ...at(1) }, { env: 'a', ...at(1) })).toBe(
    'it comes first by name; matches and ages are equal',
  );
  expect(told({ env: 'a', matches: [exact('a'), exact('b')] })).toBe('it is the same env');
});
