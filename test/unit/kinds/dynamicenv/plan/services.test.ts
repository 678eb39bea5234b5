import { expect, it } from '@jest/globals';
import type { Service } from '../../../../../src/k8s/workload.ts';
import { servicesOf } from '../../../../../src/kinds/dynamicenv/plan/services.ts';
import { deepFreeze, service } from '../../../../support/objects.ts';

const base = { app: 'backend', version: 'shared' };
const clone = { app: 'backend', version: 'alice', extra: 'x' };
const bare: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'bare' } };

it.each<[string, Service, boolean]>([
  ['selects both', service('shop/web', { app: 'backend' }), true],
  ['selects the base only', service('shop/web', { app: 'backend', version: 'shared' }), false],
  ['selects the clone only', service('shop/web', { app: 'backend', extra: 'x' }), false],
  ['selects neither', service('shop/web', { app: 'other' }), false],
  ['has no selector', service('shop/web', {}), false],
  ['has no spec', bare, false],
  [
    'is an alias of another host',
    {
      ...service('shop/web', { app: 'backend' }),
      spec: { type: 'ExternalName', selector: { app: 'backend' } },
    },
    false,
  ],
])('a Service that %s', (_what, candidate, expected) => {
  const found = servicesOf(deepFreeze([candidate]), base, clone, 'example.org');
  const host = { service: 'web', namespace: 'shop', host: 'web.shop.svc.example.org' };
  expect(found).toEqual(expected ? [host] : []);
});

it('marks a headless Service', () => {
  const headless = (clusterIP: string): Service => ({
    ...service('shop/web', { app: 'backend' }),
    spec: { clusterIP, selector: { app: 'backend' } },
  });
  const found = (clusterIP: string) =>
    servicesOf([headless(clusterIP)], base, clone, 'cluster.local').map((one) => one.isHeadless);
  expect(found('None')).toEqual([true]);
  expect(found('10.0.0.1')).toEqual([undefined]);
});

it('keeps the order of several', () => {
  const services = [service('shop/b', { app: 'backend' }), service('shop/a', { app: 'backend' })];
  expect(servicesOf(services, base, clone, 'cluster.local').map((one) => one.host)).toEqual([
    'b.shop.svc.cluster.local',
    'a.shop.svc.cluster.local',
  ]);
});
