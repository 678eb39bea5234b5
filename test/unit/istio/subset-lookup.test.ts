import { describe, expect, it } from '@jest/globals';
import { type MeshService, ruleFor, subsetsOf } from '../../../src/istio/subset-lookup.ts';
import type { DestinationRule } from '../../../src/istio/types.ts';
import { destinationRule, subset } from './builders.ts';

const HOST = 'backend.shop.svc.cluster.local';
const service: MeshService = { host: HOST, namespace: 'shop' };
const settings = { clusterDomain: 'cluster.local' };

const names = (rules: DestinationRule[], namespace = 'client', labels = {}) =>
  subsetsOf(service, { namespace, labels }, rules, settings).map(({ name }) => name);

const rule = (at: string, spec: Partial<DestinationRule['spec']> = {}) =>
  destinationRule(at, {
    host: HOST,
    subsets: [subset(at.split('@')[0]?.split('/')[1] ?? '')],
    ...spec,
  });

describe("which namespace's rule is used", () => {
  const inClient = rule('client/c');
  const inService = rule('shop/s');
  const inRoot = rule('istio-system/r');
  const elsewhere = rule('other/o');

  it.each<[string, DestinationRule[], string[]]>([
    ['nothing there', [], []],
    ['a stranger', [elsewhere], []],
    ['the root namespace', [elsewhere, inRoot], ['r']],
    ["the Service's namespace before the root namespace", [inRoot, inService], ['s']],
    ["the client's namespace before the Service's", [inService, inRoot, inClient], ['c']],
    [
      "a wildcard in the client's namespace before the Service's namespace",
      [rule('client/c', { host: '*.local' }), inService],
      ['c'],
    ],
    [
      'the longest wildcard',
      [rule('shop/a', { host: '*.local' }), rule('shop/b', { host: '*.cluster.local' })],
      ['b'],
    ],
    [
      'the exact name before wildcards',
      [rule('shop/a', { host: '*.cluster.local' }), inService],
      ['s'],
    ],
    ["a short host in the rule's namespace", [rule('shop/a', { host: 'backend' })], ['a']],
    ['a short host in another namespace', [rule('client/a', { host: 'backend' })], []],
    ['another host', [rule('shop/a', { host: 'other' })], []],
  ])('%s', (_name, rules, expected) => {
    expect(names(rules)).toEqual(expected);
  });

  it('uses the configured root namespace', () => {
    const lookup = (rootNamespace: string) =>
      subsetsOf(service, { namespace: 'client' }, [inRoot], { ...settings, rootNamespace });
    expect(lookup('other')).toEqual([]);
    expect(lookup('istio-system')).toHaveLength(1);
  });
});

describe('exportTo', () => {
  it.each<[string, string[], string[], string[]]>([
    // The columns: at, exportTo, seen by namespace client, seen by namespace shop.
    ['shop/a', [], ['a'], ['a']],
    ['shop/a', ['*'], ['a'], ['a']],
    ['shop/a', ['.'], [], ['a']],
    ['shop/a', ['shop'], [], ['a']],
    ['shop/a', ['client'], ['a'], []],
    ['shop/a', ['other'], [], []],
    ['shop/a', ['.', 'client'], ['a'], ['a']],
    ['shop/a', ['shop', 'client'], ['a'], ['a']],
    ['client/a', [], ['a'], []],
    ['client/a', ['.'], ['a'], []],
    ['client/a', ['client'], ['a'], []],
    ['client/a', ['*'], ['a'], []],
    ['client/a', ['shop'], [], []],
    ['istio-system/a', [], ['a'], ['a']],
    ['istio-system/a', ['.'], [], []],
    ['istio-system/a', ['client'], ['a'], []],
  ])('%s to %j', (at, exportTo, byClient, byService) => {
    const rules = [rule(at, { exportTo })];
    expect([names(rules), names(rules, 'shop')]).toEqual([byClient, byService]);
  });

  it("if the Service's rule is not exported to the client, the root namespace's rule is used", () => {
    expect(names([rule('shop/a', { exportTo: ['other'] }), rule('istio-system/r')])).toEqual(['r']);
  });

  it('the most specific exported host is chosen even if the client may not see it', () => {
    const hidden = rule('shop/a', { exportTo: ['other'] });
    expect(names([hidden, rule('shop/w', { host: '*.local' })])).toEqual([]);
    expect(
      names([rule('shop/a', { exportTo: ['.'] }), rule('shop/w', { host: '*.local' })]),
    ).toEqual(['w']);
  });
});

describe('a client in the root namespace', () => {
  const seen = (rules: DestinationRule[]) => names(rules, 'istio-system');

  it("uses private rules there, then the Service's namespace, then public rules there", () => {
    const priv = rule('istio-system/p', { exportTo: ['.'] });
    const pub = rule('istio-system/r');
    const own = rule('shop/s');
    expect(seen([pub, own, priv])).toEqual(['p']);
    expect(seen([pub, own])).toEqual(['s']);
    expect(seen([pub])).toEqual(['r']);
    expect(seen([rule('istio-system/q', { exportTo: ['istio-system'] }), own])).toEqual(['q']);
  });
});

describe('merging', () => {
  it('joins rules of one namespace and host, oldest first; of subsets with the same name, the first counts', () => {
    const rules = [
      rule('shop/b@2', { subsets: [subset('v2'), subset('v1', { version: 'late' })] }),
      rule('shop/a@1', { host: 'backend', subsets: [subset('v1')] }),
      rule('shop/c@3', { subsets: [{ name: 'v3' }] }),
    ];
    expect(subsetsOf(service, { namespace: 'client' }, rules, settings)).toEqual([
      { name: 'v1', labels: { version: 'v1' }, rule: 'shop/a' },
      { name: 'v2', labels: { version: 'v2' }, rule: 'shop/b' },
      { name: 'v3', labels: {}, rule: 'shop/c' },
    ]);
  });

  it.each<[string, string[] | undefined, string[] | undefined, string[], string[]]>([
    // The columns: exportTo of the older rule (subset a) and of the newer rule (subset b), seen by client, seen by
    // shop.
    ['same', undefined, undefined, ['a', 'b'], ['a', 'b']],
    ['same set', ['*', 'x'], ['x', '*'], ['a', 'b'], ['a', 'b']],
    ['absent and empty', undefined, [], ['a', 'b'], ['a', 'b']],
    ['absent and a star are not equal', undefined, ['*'], ['b'], ['b']],
    ['a star and absent', ['*'], undefined, ['b'], ['b']],
    ['the newer one includes the older one', ['client'], ['client', 'shop'], ['a', 'b'], ['b']],
    ['the older one includes the newer one', ['client', 'shop'], ['client'], ['b'], ['a']],
    ['nothing in common', ['client'], ['shop'], ['a'], ['b']],
    ['private, then public', ['.'], undefined, ['b'], ['b']],
    ['public, then private', undefined, ['.'], ['a'], ['b']],
    ['the same size, one namespace in common', ['*', 'a'], ['*', 'b'], ['b'], ['b']],
  ])('exportTo %s: %j, %j', (_name, older, newer, byClient, byService) => {
    const spec = (exportTo: string[] | undefined) => (exportTo ? { exportTo } : {});
    const rules = [rule('shop/a@1', spec(older)), rule('shop/b@2', spec(newer))];
    expect([names(rules), names(rules, 'shop')]).toEqual([byClient, byService]);
  });

  it('three rules: a separate rule in the middle does not hide the rules that are joined', () => {
    const rules = [rule('shop/a@1'), rule('shop/b@2', { exportTo: ['*'] }), rule('shop/c@3')];
    // The third rule joins the first one. The second rule stays separate after it, so istiod adds the third rule once
    // more.
    expect(names(rules)).toEqual(['c']);
  });

  it('the first traffic policy counts as a whole', () => {
    const policy = (n: number) => ({ trafficPolicy: { n } });
    const merged = (...rules: DestinationRule[]) =>
      ruleFor(service, { namespace: 'client' }, rules, settings);
    expect(
      merged(rule('shop/a@1'), rule('shop/b@2', policy(2)), rule('shop/c@3', policy(3))),
    ).toEqual({
      host: HOST,
      namespace: 'shop',
      from: ['shop/a', 'shop/b', 'shop/c'],
      exportTo: new Set(),
      trafficPolicy: { n: 2 },
      subsets: ['a', 'b', 'c'].map((name) => ({
        name,
        labels: { version: name },
        rule: `shop/${name}`,
      })),
    });
    expect(merged(rule('shop/a@1', policy(1)), rule('shop/b@2', policy(2)))?.trafficPolicy).toEqual(
      { n: 1 },
    );
    expect(merged(rule('shop/a@1', { host: HOST }))).not.toHaveProperty('trafficPolicy');
    expect(merged()).toBeUndefined();
  });

  it('does not change other hosts', () => {
    const rules = [
      rule('shop/a@1'),
      rule('shop/b@2', { host: '*.shop.svc.cluster.local' }),
      rule('shop/c@3'),
    ];
    expect(names(rules)).toEqual(['a', 'c']);
  });

  it('accepts a rule without subsets', () => {
    expect(names([destinationRule('shop/a', { host: HOST })])).toStrictEqual([]);
  });
});

describe('workloadSelector', () => {
  const web = { workloadSelector: { matchLabels: { app: 'web' } } };
  const seen = (rules: DestinationRule[], labels: Record<string, string>) =>
    names(rules, 'shop', labels);

  it.each<[string, DestinationRule[], Record<string, string>, string[]]>([
    ['selected', [rule('shop/s', web)], { app: 'web', x: 'y' }, ['s']],
    ['not selected', [rule('shop/s', web)], { app: 'other' }, []],
    ['no labels', [rule('shop/s', web)], {}, []],
    ['selects all', [rule('shop/s', { workloadSelector: {} })], {}, ['s']],
    [
      'comes before a rule without one, whatever the age',
      [rule('shop/a@1'), rule('shop/s@2', web)],
      { app: 'web' },
      ['s'],
    ],
    [
      'does not apply to other clients: they use the rule without one',
      [rule('shop/a@1'), rule('shop/s@2', web)],
      {},
      ['a'],
    ],
    [
      'the same selector: joined',
      [rule('shop/a@1', web), rule('shop/b@2', web)],
      { app: 'web' },
      ['a', 'b'],
    ],
    [
      'another selector: separate',
      [
        rule('shop/a@1', web),
        rule('shop/b@2', { workloadSelector: { matchLabels: { app: 'x' } } }),
      ],
      { app: 'x' },
      ['b'],
    ],
    [
      'another selector with one label in common: separate',
      [
        rule('shop/a@1', { workloadSelector: { matchLabels: { app: 'web', v: '1' } } }),
        rule('shop/b@2', { workloadSelector: { matchLabels: { app: 'web', v: '2' } } }),
      ],
      { app: 'web', v: '2' },
      ['b'],
    ],
    [
      'a wider selector: separate, the first that matches',
      [
        rule('shop/a@1', web),
        rule('shop/b@2', { workloadSelector: { matchLabels: { app: 'web', v: '1' } } }),
      ],
      { app: 'web', v: '1' },
      ['a'],
    ],
    // istiod merges the rule without a selector into the other one if both have the same exportTo, here '.'.
    [
      'private without a selector: joined',
      [rule('shop/s', web), rule('shop/p', { exportTo: ['.'] })],
      { app: 'web' },
      ['s', 'p'],
    ],
    [
      'private without a selector: lost for other clients',
      [rule('shop/s', web), rule('shop/p', { exportTo: ['.'] })],
      {},
      [],
    ],
    [
      'exported to more than its own namespace: joined and separate',
      [rule('shop/s', web), rule('shop/p', { exportTo: ['.', 'client'] })],
      {},
      ['p'],
    ],
    [
      'exported to more namespaces: the selected clients see both',
      [rule('shop/s', web), rule('shop/p', { exportTo: ['.', 'client'] })],
      { app: 'web' },
      ['s', 'p'],
    ],
  ])('%s', (_name, rules, labels, expected) => {
    expect(seen(rules, labels)).toEqual(expected);
  });

  it('makes a rule private', () => {
    expect(names([rule('shop/s', { ...web, exportTo: ['*'] })], 'client', { app: 'web' })).toEqual(
      [],
    );
  });

  it("a rule whose selector does not match still ends the search in the client's namespace", () => {
    expect(names([rule('client/s', web), rule('shop/a')], 'client', {})).toEqual([]);
  });

  it('is part of the merged rule', () => {
    const found = ruleFor(
      service,
      { namespace: 'shop', labels: { app: 'web' } },
      [rule('shop/s', web)],
      settings,
    );
    expect(found?.selector).toEqual({ app: 'web' });
    expect(found?.exportTo).toEqual(new Set(['.']));
  });
});
