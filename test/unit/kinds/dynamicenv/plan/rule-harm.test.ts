import { expect, it } from '@jest/globals';
import type { DestinationRule } from '../../../../../src/istio/types.ts';
import { harmfulKeys, judgeRules } from '../../../../../src/kinds/dynamicenv/plan/rule-harm.ts';
import { deepFreeze, rule, stamp } from '../../../../support/objects.ts';

/** A view whose rules are all for the same host. */
const seeing = (rules: DestinationRule[]) => ({ rulesAbout: () => deepFreeze(rules) });

const base = rule(
  'shop/base',
  { host: 'backend', exportTo: ['web'] },
  { creationTimestamp: stamp(-9) },
);
const other = rule(
  'shop/ops',
  { host: 'backend', exportTo: ['ops'] },
  { creationTimestamp: stamp(-5) },
);
const clone = rule('shop/clone', { host: 'backend', exportTo: ['web'] });

it('allows a clone that Istio merges with its base', () => {
  expect(judgeRules(deepFreeze([clone]), seeing([base]), 'cluster.local')).toEqual({
    rules: [clone],
    harmful: [],
  });
});

it('refuses a clone that would hide the base from its clients, and says what to do', () => {
  const twin = rule('shop/twin', { host: 'backend', exportTo: ['ops'] });
  expect(judgeRules(deepFreeze([clone, twin]), seeing([base, other]), 'cluster.local')).toEqual({
    rules: [twin],
    harmful: [
      {
        rule: clone,
        message:
          'a DestinationRule for backend in namespace shop would hide the subsets of shop/base from their clients, because the exportTo of the rules for this host differ; give all of them the same exportTo',
      },
    ],
  });
});

it('names every rule that would be hidden', () => {
  const second = rule(
    'shop/second',
    { host: 'backend', exportTo: ['web'] },
    { creationTimestamp: stamp(-8) },
  );
  const { harmful } = judgeRules([clone], seeing([base, second, other]), 'cluster.local');
  expect(harmful.map(({ message }) => message)).toEqual([
    expect.stringContaining('would hide the subsets of shop/base and shop/second from'),
  ]);
});

it('finds the observed rules that harm others', () => {
  const there = [clone, rule('shop/twin', { host: 'backend', exportTo: ['ops'] })];
  const seen = seeing([base, other]);
  expect([...harmfulKeys(there, seen, 'cluster.local')]).toEqual(['DestinationRule shop/clone']);
});
