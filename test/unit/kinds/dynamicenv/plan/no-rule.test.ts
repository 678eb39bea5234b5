import { describe, expect, it } from '@jest/globals';
import type { DestinationRule } from '../../../../../src/istio/types.ts';
import { noRule } from '../../../../../src/kinds/dynamicenv/plan/no-rule.ts';
import { meshView } from '../../../../../src/mesh/view.ts';
import { objectMap, rule } from '../../../../support/objects.ts';

const HOST = 'backend.shop.svc.cluster.local';
const WRONG = `no DestinationRule of ${HOST} has a subset with the base's version label`;
const subset = (name: string, labels: Record<string, string>) => ({ name, labels });
const told = (
  rules: DestinationRule[],
  labels: Record<string, string> | undefined,
  ruleNamespaces: string[] = ['*'],
) =>
  noRule(HOST, meshView(objectMap(rules), 'cluster.local'), {
    labels,
    versionLabel: 'version',
    defaultVersion: 'shared',
    clusterDomain: 'cluster.local',
    namespaces: ['shop', ...ruleNamespaces],
  });
const shared = { app: 'backend', version: 'shared' };

describe('why no rule leads to the base', () => {
  it.each<[string, DestinationRule[], Record<string, string> | undefined, string]>([
    [
      'no rule exists',
      [],
      shared,
      ' (there is none): create one with the subset {name: shared, labels: {version: shared}}',
    ],
    [
      'the base is gone',
      [],
      undefined,
      ' (there is none): create one with the subset {name: shared, labels: {version: shared}}',
    ],
    [
      'there is one without subsets',
      [rule('shop/backend', { host: 'backend', subsets: [] })],
      shared,
      ': add the subset {name: shared, labels: {version: shared}} to DestinationRule shop/backend',
    ],
    [
      'its subset has more labels',
      [
        rule('shop/backend', {
          host: 'backend',
          subsets: [subset('main', { version: 'shared', tier: 'a' })],
        }),
      ],
      shared,
      ": subset main of DestinationRule shop/backend asks for tier=a as well, which the base's pods do not carry; add a subset {name: shared, labels: {version: shared}}",
    ],
    [
      'the env means another version',
      [rule('shop/backend', { host: 'backend', subsets: [subset('v1', { version: 'v1' })] })],
      { app: 'backend', version: 'v1' },
      ', as the env describes it (version: shared)',
    ],
    [
      'the base has another version, and no subset is named like it',
      [rule('shop/backend', { host: 'backend', subsets: [subset('v2', { version: 'v2' })] })],
      { app: 'backend', version: 'v1' },
      ': add the subset {name: v1, labels: {version: v1}} to DestinationRule shop/backend',
    ],
    [
      'the subset of that name has other labels',
      [
        rule('shop/backend', {
          host: 'backend',
          subsets: [subset('shared', { version: 'shared', tier: 'a' }), subset('shared-base', {})],
        }),
      ],
      shared,
      ": subset shared of DestinationRule shop/backend asks for tier=a as well, which the base's pods do not carry; add a subset {name: shared-base-2, labels: {version: shared}}",
    ],
    [
      'the version is not a valid name for a subset',
      [],
      { app: 'backend', version: '1.2_A' },
      ' (there is none): create one with the subset {name: 1-2-a, labels: {version: 1.2_A}}',
    ],
    [
      'its host is a partial name',
      [
        rule('shop/backend', {
          host: 'backend.shop',
          subsets: [subset('shared', { version: 'shared' })],
        }),
      ],
      shared,
      `: DestinationRule shop/backend is for "backend.shop", which Istio takes for another host; write ${HOST} there`,
    ],
  ])('%s', (_name, rules, labels, rest) => expect(told(rules, labels)).toBe(`${WRONG}${rest}`));

  it.each<[string[], string]>([
    [[], '(there is none in namespace shop, and --rule-namespaces names no other)'],
    [['shop'], '(there is none in namespace shop, and --rule-namespaces names no other)'],
    [['istio-system'], '(there is none in namespaces shop, istio-system)'],
    [['*'], '(there is none)'],
  ])(
    'a rule may exist in a namespace that the env does not read: beside its own %j',
    (namespaces, text) => {
      expect(told([], shared, namespaces)).toContain(text);
    },
  );
});
