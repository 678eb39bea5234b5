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
    ['one to join', rule('shop/n'), [rule('shop/a@1')], []],
    [
      'one to join, by another spelling of the host',
      rule('shop/n'),
      [rule('shop/a@1', { host: 'backend' })],
      [],
    ],
    ['another exportTo', rule('shop/n', to('*')), [rule('shop/a@1')], ['shop/a']],
    [
      'another exportTo for other clients',
      rule('shop/n', to('x')),
      [rule('shop/a@1', to('y'))],
      [],
    ],
    [
      'a client in common',
      rule('shop/n', to('x', 'z')),
      [rule('shop/a@1', to('y', 'z'))],
      ['shop/a'],
    ],
    [
      'an older one for everybody',
      rule('shop/n', to('x')),
      [rule('shop/a@1', to('*'))],
      ['shop/a'],
    ],
    [
      'an older one for everybody, as it says nothing',
      rule('shop/n', to('x')),
      [rule('shop/a@1')],
      ['shop/a'],
    ],
    [
      'two, by name',
      rule('shop/n', to('*')),
      [rule('shop/b@1'), rule('shop/a@2')],
      ['shop/a', 'shop/b'],
    ],
    [
      'older itself, one that joins it, then one that cannot',
      rule('shop/n@1'),
      [rule('shop/a@2'), rule('shop/b@3', to('*'))],
      [],
    ],
    [
      'one to join, then one that cannot take it',
      rule('shop/n', to('x')),
      [rule('shop/a@1', to('x')), rule('shop/b@2', to('y'))],
      ['shop/a'],
    ],
    [
      'one that cannot take it, then one to join',
      rule('shop/n', to('x')),
      [rule('shop/a@1', to('y')), rule('shop/b@2', to('x'))],
      [],
    ],
    [
      'one to join, then one for all',
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
    ['itself, as it was before', rule('shop/n@1', to('*')), [rule('shop/n@1')], []],
    [
      'itself, as it was before, between it and one to join',
      rule('shop/n@2', to('*')),
      [rule('shop/a@1', to('*')), rule('shop/n@2')],
      [],
    ],
    ['private ones in its own namespace', rule('shop/n', to('.')), [rule('shop/a@1')], ['shop/a']],
    ['private ones of the same words', rule('shop/n', to('.')), [rule('shop/a@1', to('.'))], []],
    [
      'private ones of other words',
      rule('shop/n', to('.')),
      [rule('shop/a@1', to('shop'))],
      ['shop/a'],
    ],
    ['a private one, for other clients', rule('shop/n', to('x')), [rule('shop/a@1', to('.'))], []],
    [
      'one for other clients, itself private',
      rule('shop/n', to('.')),
      [rule('shop/a@1', to('x'))],
      [],
    ],
    ['its own age counts', rule('shop/n@1'), [rule('shop/a@2', to('*'))], ['shop/a']],
    ['a selector hides nothing', rule('shop/n', web), [rule('shop/a@1')], []],
    ['nor do two', rule('shop/n', web), [rule('shop/a@1', web)], []],
    [
      'a rule without selector beside one with it',
      rule('shop/n'),
      [rule('shop/s@2', web), rule('shop/a@1')],
      [],
    ],
  ])('%s', (_name, added, existing, expected) => {
    expect(hiddenRules(added, existing, 'cluster.local')).toEqual(expected);
  });

  it('tells what the lookup shows', () => {
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
