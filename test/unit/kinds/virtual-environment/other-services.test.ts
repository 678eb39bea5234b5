import { expect, it } from '@jest/globals';
import { withoutOtherServices } from '../../../../src/kinds/virtual-environment/other-services.ts';

const CONTEXT = {
  service: 'app',
  namespace: 'shop',
  clusterDomain: 'cluster.local',
  withVersions: new Set(['app', 'other']),
};

it.each<[host: string, isKept: boolean]>([
  ['other', false],
  ['other.shop.svc.cluster.local', false],
  ['app.shop.svc.cluster.local', true],
  ['plain', true],
  ['other.bank.svc.cluster.local', true],
  ['other.example.com', true],
])('the host %s of a Service: kept %s', (host, isKept) => {
  const options = { gateways: [], hosts: ['first', host], problems: ['before'] };
  const found = withoutOtherServices(options, CONTEXT);
  expect(found.hosts).toEqual(isKept ? ['first', host] : ['first']);
  expect(found.problems.length).toBe(isKept ? 1 : 2);
});
