import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { meshView } from '../../../src/mesh/view.ts';
import { keptIndex } from '../../support/mesh-index.ts';
import {
  deepFreeze,
  deployment,
  objectMap,
  rule,
  service,
  virtualService,
} from '../../support/objects.ts';

const statefulSet: KubeObject = {
  ...deployment('shop/db'),
  kind: 'StatefulSet',
};
const view = meshView(
  deepFreeze(
    objectMap([
      deployment('shop/backend'),
      statefulSet,
      service('shop/b'),
      service('shop/a'),
      service('bank/c'),
      rule('shop/b'),
      rule('bank/c'),
      rule('shop/a'),
      virtualService('shop/b'),
      virtualService('bank/c'),
    ]),
  ),
  'cluster.local',
);

describe('meshView', () => {
  it('finds Deployments', () => {
    expect(view.deployment('shop', 'backend')).toEqual(deployment('shop/backend'));
    expect(view.deployment('bank', 'backend')).toBeUndefined();
    expect(view.deployment('shop', 'db')).toBeUndefined();
  });

  it('finds StatefulSets', () => {
    expect(view.hasStatefulSet('shop', 'db')).toBe(true);
    expect(view.hasStatefulSet('shop', 'backend')).toBe(false);
  });

  it('sorts', () => {
    expect(view.services('shop')).toEqual([service('shop/a'), service('shop/b')]);
    expect(view.services('none')).toEqual([]);
    expect(view.virtualServices()).toEqual([virtualService('bank/c'), virtualService('shop/b')]);
  });

  it('returns the Services that a workload concerns', () => {
    const asking = view.servicesAskingFor('shop', { app: 'b' }, { app: 'none', version: 'x' });
    expect(asking).toEqual([service('shop/b')]);
    expect(view.rulesAbout('a.shop.svc.cluster.local')).toEqual([rule('shop/a')]);
    expect(view.rulesAbout('a.bank.svc.cluster.local')).toEqual([]);
  });

  it('returns rules for a host and for wildcards that contain it, sorted together', () => {
    const wild = rule('bank/wild', { host: '*.svc.cluster.local' });
    const others = rule('bank/others', { host: '*.bank.svc.cluster.local' });
    const objects = [rule('shop/a'), wild, others];
    const { rulesAbout } = meshView(deepFreeze(objectMap(objects)), 'cluster.local');
    expect(rulesAbout('a.shop.svc.cluster.local')).toEqual([wild, rule('shop/a')]);
  });

  it('is empty when nothing was sent', () => {
    const empty = meshView({}, 'cluster.local');
    expect([
      empty.deployment('shop', 'backend'),
      empty.hasStatefulSet('shop', 'db'),
      empty.services('shop'),
      empty.servicesAskingFor('shop', { app: 'a' }),
      empty.rulesAbout('a.shop.svc.cluster.local'),
      empty.virtualServices(),
      empty.problems(),
    ]).toEqual([undefined, false, [], [], [], [], []]);
  });
});

describe('a namespace that came as an index', () => {
  const shop = keptIndex('shop', [service('shop/b'), service('shop/a'), rule('shop/a')]);
  const seen = (objects: KubeObject[], ruleNamespaces?: string[]) =>
    meshView(
      deepFreeze(objectMap(objects)),
      'cluster.local',
      ruleNamespaces && (() => ruleNamespaces),
    );
  const host = 'a.shop.svc.cluster.local';

  it('is visible beside a namespace that came as objects', () => {
    const both = seen([...shop, service('bank/c'), rule('bank/c', { host })]);
    expect(both.services('shop')).toEqual([service('shop/a'), service('shop/b')]);
    expect(both.services('bank')).toEqual([service('bank/c')]);
    expect(both.rulesAbout(host)).toEqual([rule('bank/c', { host }), rule('shop/a')]);
    expect(both.problems()).toEqual([]);
  });

  it('has its rules sorted together with those of others', () => {
    const after = rule('web/c', { host });
    expect(seen([...shop, after]).rulesAbout(host)).toEqual([rule('shop/a'), after]);
  });

  it('has its rules only if rules were requested', () => {
    expect(seen(shop, ['shop']).rulesAbout(host)).toEqual([rule('shop/a')]);
    expect(seen(shop, ['*']).rulesAbout(host)).toEqual([rule('shop/a')]);
    expect(seen(shop, ['bank']).rulesAbout(host)).toEqual([]);
    expect(seen(shop, []).rulesAbout(host)).toEqual([]);
  });

  it('has its rules from objects if they came, too: they are newer', () => {
    const fresh = rule('shop/new', { host: 'a' });
    expect(seen([...shop, fresh], ['*']).rulesAbout(host)).toEqual([fresh]);
  });

  it('is a problem without a usable index, sorted', () => {
    const namespaces = ['shop', 'bank'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    }));
    expect(seen([...shop, ...namespaces]).problems()).toEqual([
      expect.stringContaining('MeshIndex bank/mesh-index'),
    ]);
    expect(seen(namespaces).problems()).toEqual([
      expect.stringContaining('MeshIndex bank/mesh-index'),
      expect.stringContaining('MeshIndex shop/mesh-index'),
    ]);
  });

  it('is no problem without its Namespace, because its index was not requested', () => {
    const [, index] = shop;
    expect(seen(index === undefined ? [] : [index]).services('shop')).toEqual([]);
  });
});
