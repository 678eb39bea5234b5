import { describe, expect, it } from '@jest/globals';
import { meshView } from '../../../src/domain/mesh-view.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
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

  it('knows StatefulSets', () => {
    expect(view.hasStatefulSet('shop', 'db')).toBe(true);
    expect(view.hasStatefulSet('shop', 'backend')).toBe(false);
  });

  it('sorts', () => {
    expect(view.services('shop')).toEqual([service('shop/a'), service('shop/b')]);
    expect(view.services('none')).toEqual([]);
    expect(view.virtualServices()).toEqual([virtualService('bank/c'), virtualService('shop/b')]);
  });

  it('shows of the many what a workload concerns', () => {
    const asking = view.servicesAskingFor('shop', { app: 'b' }, { app: 'none', version: 'x' });
    expect(asking).toEqual([service('shop/b')]);
    expect(view.rulesAbout('a.shop.svc.cluster.local')).toEqual([rule('shop/a')]);
    expect(view.rulesAbout('a.bank.svc.cluster.local')).toEqual([]);
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
    ]).toEqual([undefined, false, [], [], [], []]);
  });
});
