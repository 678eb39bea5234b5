import { expect, it } from '@jest/globals';
import { injectedRouteName } from '../../../../../src/api/route-name.ts';
import { carriers, ownerOf } from '../../../../../src/kinds/dynamicenv/plan/routes-seen.ts';
import { injection, routeTo, virtualService } from '../../../../support/objects.ts';

const owner = ownerOf(injection());
const name = injectedRouteName('alice', owner.deployment, owner.host);

it("ownerOf returns the env and Deployment of an injection's routes", () => {
  expect(owner).toEqual({
    env: 'alice',
    deployment: { namespace: 'shop', name: 'backend' },
    host: 'backend.shop.svc.cluster.local',
    clone: 'backend-alice',
    subsets: ['alice'],
  });
});

it('carriers finds the VirtualServices by their routes', () => {
  const ours = routeTo('backend', 'alice', { name });
  const other = routeTo('backend', 'alice', {
    name: injectedRouteName('bob', owner.deployment, owner.host),
  });
  const all = [
    virtualService('shop/a', { http: [routeTo('backend', 'shared'), ours] }),
    virtualService('shop/b', { http: [other] }),
    virtualService('shop/c'),
    { ...virtualService('shop/d'), spec: {} },
  ];
  expect(carriers(all, owner, { clusterDomain: 'cluster.local' })).toEqual([all[0]]);
});
