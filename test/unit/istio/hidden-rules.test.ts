import { describe, expect, it } from '@jest/globals';
import { hiddenRules } from '../../../src/istio/hidden-rules.ts';
import { subsetsOf } from '../../../src/istio/subset-lookup.ts';
import type { DestinationRule, DestinationRuleSpec } from '../../../src/istio/types.ts';
import { destinationRule, subset } from './builders.ts';

const HOST = 'backend.shop.svc.cluster.local';
const rule = (at: string, spec: Partial<DestinationRuleSpec> = {}) =>
  destinationRule(at, { host: HOST, subsets: [subset(at.slice(5, 6))], ...spec });
const to = (...exportTo: string[]) => ({ exportTo });
const web = { workloadSelector: { matchLabels: { app: 'web' } } };

describe('hiddenRules', () => {
  it.each<[string, DestinationRule, DestinationRule[], string[]]>([
    ['no other rule', rule('shop/n'), [], []],
    ['a rule that it joins', rule('shop/n'), [rule('shop/a@1')], []],
    [
      'a rule that it joins, with another spelling of the host',
      rule('shop/n'),
      [rule('shop/a@1', { host: 'backend' })],
      [],
    ],
    ['another exportTo', rule('shop/n', to('*')), [rule('shop/a@1')], ['shop/a']],
    [
      'another exportTo, for other clients',
      rule('shop/n', to('x')),
      [rule('shop/a@1', to('y'))],
      [],
    ],
    [
      'one client in common',
      rule('shop/n', to('x', 'z')),
      [rule('shop/a@1', to('y', 'z'))],
      ['shop/a'],
    ],
    [
      'an older rule for everybody',
      rule('shop/n', to('x')),
      [rule('shop/a@1', to('*'))],
      ['shop/a'],
    ],
    [
      'an older rule for everybody, by its missing exportTo',
      rule('shop/n', to('x')),
      [rule('shop/a@1')],
      ['shop/a'],
    ],
    [
      'two rules, by name',
      rule('shop/n', to('*')),
      [rule('shop/b@1'), rule('shop/a@2')],
      ['shop/a', 'shop/b'],
    ],
    [
      'it is older, then a rule that joins it, then one that cannot',
      rule('shop/n@1'),
      [rule('shop/a@2'), rule('shop/b@3', to('*'))],
      [],
    ],
    [
      'a rule that it joins, then one that it cannot join',
      rule('shop/n', to('x')),
      [rule('shop/a@1', to('x')), rule('shop/b@2', to('y'))],
      ['shop/a'],
    ],
    [
      'a rule that it cannot join, then one that it joins',
      rule('shop/n', to('x')),
      [rule('shop/a@1', to('y')), rule('shop/b@2', to('x'))],
      [],
    ],
    [
      'a rule that it joins, then one for everybody',
      rule('shop/n'),
      [rule('shop/b@2', to('*')), rule('shop/a@1')],
      ['shop/a', 'shop/b'],
    ],
    ['another host', rule('shop/n', to('*')), [rule('shop/a@1', { host: 'other' })], []],
    [
      'another namespace',
      rule('shop/n', to('*')),
      [destinationRule('else/a@1', { host: HOST })],
      [],
    ],
    ['its earlier version', rule('shop/n@1', to('*')), [rule('shop/n@1')], []],
    [
      'its earlier version, in between it and a rule that it joins',
      rule('shop/n@2', to('*')),
      [rule('shop/a@1', to('*')), rule('shop/n@2')],
      [],
    ],
    ['private rules in its own namespace', rule('shop/n', to('.')), [rule('shop/a@1')], ['shop/a']],
    [
      'private rules with the same exportTo text',
      rule('shop/n', to('.')),
      [rule('shop/a@1', to('.'))],
      [],
    ],
    [
      'private rules with another exportTo text',
      rule('shop/n', to('.')),
      [rule('shop/a@1', to('shop'))],
      ['shop/a'],
    ],
    ['a private rule, for other clients', rule('shop/n', to('x')), [rule('shop/a@1', to('.'))], []],
    [
      'a rule for other clients; it is private itself',
      rule('shop/n', to('.')),
      [rule('shop/a@1', to('x'))],
      [],
    ],
    ['its own age counts', rule('shop/n@1'), [rule('shop/a@2', to('*'))], ['shop/a']],
    ['a rule with a selector hides nothing', rule('shop/n', web), [rule('shop/a@1')], []],
    ['two rules with a selector hide nothing', rule('shop/n', web), [rule('shop/a@1', web)], []],
    [
      'a rule without a selector beside one with a selector',
      rule('shop/n'),
      [rule('shop/s@2', web), rule('shop/a@1')],
      [],
    ],
  ])('%s', (_name, added, existing, expected) => {
    expect(hiddenRules(added, existing, 'cluster.local')).toEqual(expected);
  });

  it('agrees with the lookup of subsets', () => {
    const [a, b, added] = [
      rule('shop/a@1', to('x')),
      rule('shop/b@2', to('y')),
      rule('shop/n@3', to('x')),
    ];
    const seen = (...rules: DestinationRule[]) =>
      subsetsOf({ host: HOST, namespace: 'shop' }, { namespace: 'x' }, rules, {
        clusterDomain: 'cluster.local',
      }).map(({ name }) => name);
    expect(seen(a, b)).toEqual(['a']);
    expect(seen(a, b, added)).toEqual(['n']);
    expect(hiddenRules(added, [a, b], 'cluster.local')).toEqual(['shop/a']);
  });
});
