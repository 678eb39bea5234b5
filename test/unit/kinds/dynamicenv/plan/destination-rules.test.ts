import { describe, expect, it } from '@jest/globals';
import type { DestinationRule, Subset } from '../../../../../src/istio/types.ts';
import { hash10 } from '../../../../../src/k8s/hash.ts';
import {
  baseRules,
  cloneRule,
  takenSubset,
} from '../../../../../src/kinds/dynamicenv/plan/destination-rules.ts';
import { envSubsets } from '../../../../../src/kinds/dynamicenv/plan/env-subsets.ts';
import { deepFreeze, rule, subset } from '../../../../support/objects.ts';

const HOST = 'backend.shop.svc.cluster.local';
const host = { service: 'backend', namespace: 'shop', host: HOST };
const scope = {
  clusterDomain: 'cluster.local',
  versionLabel: 'version',
  defaultVersion: 'shared',
  ruleNamespaces: [] as string[],
  isOfBase: () => true,
};

const found = (rules: DestinationRule[], rest = {}) =>
  baseRules(deepFreeze(rules), host, { ...scope, ...rest }).map(
    ({ rule: { metadata }, subsets: [one] }) =>
      `${metadata.namespace}/${metadata.name} ${one?.name}`,
  );

describe('baseRules', () => {
  it.each<[string, DestinationRule[], string[]]>([
    ['none', [], []],
    ['short host', [rule('shop/backend')], ['shop/backend shared']],
    ['full host', [rule('shop/r', { host: HOST })], ['shop/r shared']],
    ['a partial host name is another host', [rule('shop/r', { host: 'backend.shop' })], []],
    ['other host', [rule('shop/other')], []],
    ['wildcard', [rule('shop/r', { host: '*.shop.svc.cluster.local' })], ['shop/r shared']],
    [
      'the exact host hides a wildcard',
      [rule('shop/a', { host: '*.local' }), rule('shop/backend')],
      ['shop/backend shared'],
    ],
    [
      "even if the exact host's rule lacks the subset",
      [rule('shop/a', { host: '*.local' }), rule('shop/backend', { subsets: [subset('x')] })],
      [],
    ],
    [
      'several rules of the same host',
      [rule('shop/b', { host: HOST }), rule('shop/a', { host: 'backend' })],
      ['shop/b shared', 'shop/a shared'],
    ],
    ['no subsets', [bare()], []],
    [
      'a subset by its label, not by its name',
      [
        rule('shop/backend', {
          subsets: [
            subset('shared', { labels: { version: 'x' } }),
            subset('x', { labels: { version: 'shared' } }),
          ],
        }),
      ],
      ['shop/backend x'],
    ],
    ['a subset without labels', [rule('shop/backend', { subsets: [{ name: 'shared' }] })], []],
    ['the rule of a clone', [rule('shop/backend', {}, { labels: { 'dynamic-env': 'true' } })], []],
    [
      'whatever the value of the mark is',
      [rule('shop/backend', {}, { labels: { 'dynamic-env': '' } })],
      [],
    ],
    ['another namespace', [rule('front/r', { host: HOST })], []],
    ["a short host is in the rule's own namespace", [rule('front/backend')], []],
  ])('%s', (_what, rules, expected) => {
    expect(found(rules)).toEqual(expected);
  });

  it.each<[string, string[], string[]]>([
    ["only the Service's namespace", [], ['shop/r shared']],
    ['named ones', ['front'], ['front/r shared', 'shop/r shared']],
    ['all', ['*'], ['front/r shared', 'mesh/r shared', 'shop/r shared']],
  ])('in %s', (_what, ruleNamespaces, expected) => {
    const rules = ['front/r', 'mesh/r', 'shop/r'].map((path) => rule(path, { host: HOST }));
    expect(found(rules, { ruleNamespaces })).toEqual(expected);
  });

  it('handles each namespace separately', () => {
    const rules = [rule('front/r', { host: '*.local' }), rule('shop/backend')];
    expect(found(rules, { ruleNamespaces: ['*'] })).toEqual([
      'front/r shared',
      'shop/backend shared',
    ]);
  });

  it('uses label and value of the settings', () => {
    const one = rule('shop/backend', { subsets: [subset('v', { labels: { v: 'base' } })] });
    expect(found([one], { versionLabel: 'v', defaultVersion: 'base' })).toEqual(['shop/backend v']);
  });

  it('names every subset of the base', () => {
    const blue = subset('blue', { labels: { version: 'shared', colour: 'blue' } });
    const one = rule('shop/backend', { subsets: [subset('shared'), subset('x'), blue] });
    expect(baseRules([one], host, scope)).toEqual([
      { rule: one, subsets: [subset('shared'), blue] },
    ]);
  });

  function bare(): DestinationRule {
    const { subsets: _subsets, ...spec } = rule('shop/backend').spec;
    return { ...rule('shop/backend'), spec };
  }
});

describe('takenSubset', () => {
  const marks = { version: 'alice', 'riskified.com/clone': 'backend-alice' };
  const of = (...subsets: Subset[]) => rule('shop/r', { subsets });
  it.each<[string, DestinationRule, string | undefined]>([
    ['by its name', of(subset('shared'), subset('backend-alice')), 'backend-alice'],
    ['by its name, even without labels', of({ name: 'backend-alice' }), 'backend-alice'],
    ['by its second name', of({ name: 'backend-alice-2' }), 'backend-alice-2'],
    ['by its version', of(subset('x', { labels: { version: 'alice' } })), 'x'],
    ['by its clone mark', of(subset('x', { labels: { ...marks, version: 'y' } })), 'x'],
    ['not by the name of the env', of(subset('alice', { labels: { version: 'x' } })), undefined],
    ['not without labels', of({ name: 'x' }), undefined],
    ['not by the labels of others', rule('shop/r'), undefined],
    ['not without subsets', { ...rule('shop/r'), spec: { host: 'x' } }, undefined],
  ])('%s', (_what, one, expected) => {
    expect(takenSubset(one, ['backend-alice', 'backend-alice-2'], marks)).toBe(expected);
  });
});

describe('cloneRule', () => {
  const marks = { version: 'alice', 'riskified.com/clone': 'backend-alice' };
  const clone = (one: DestinationRule, env = 'alice') => {
    const base = deepFreeze({ rule: one, subsets: one.spec.subsets?.slice(0, 1) ?? [] });
    const subsets = envSubsets([base], { name: 'backend-alice', distinction: [], marks });
    return cloneRule(base, subsets, env, { namespace: 'shop', name: 'backend' }, host);
  };
  const policy = { connectionPool: { http: { maxRetries: 1 } } };

  it('has the same host, exportTo and workloadSelector, and one subset with its own policy', () => {
    const base = rule(
      'front/base',
      {
        host: HOST,
        exportTo: ['.'],
        workloadSelector: { matchLabels: { a: 'b' } },
        trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
        subsets: [
          subset('shared', { labels: { version: 'shared', zone: 'z' }, trafficPolicy: policy }),
          subset('other'),
        ],
      },
      { labels: { team: 'x' }, annotations: { note: 'y' }, uid: 'u' },
    );
    const hash = hash10('alice', 'shop', 'backend', HOST, 'front/base');
    expect(clone(base)).toEqual({
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: {
        name: `backend-alice-backend-${hash}`,
        namespace: 'front',
        labels: { 'dynamic-env': 'true' },
        annotations: {
          'riskified.com/dynamic-environment': 'alice',
          'riskified.com/deployment': 'shop/backend',
          'riskified.com/service-host': HOST,
        },
      },
      spec: {
        host: HOST,
        exportTo: ['.'],
        workloadSelector: { matchLabels: { a: 'b' } },
        subsets: [{ name: 'backend-alice', labels: marks, trafficPolicy: policy }],
      },
    });
  });

  it('sets nothing that the base does not set', () => {
    expect(clone(rule('shop/backend')).spec).toEqual({
      host: 'backend',
      subsets: [{ name: 'backend-alice', labels: marks }],
    });
  });
});
