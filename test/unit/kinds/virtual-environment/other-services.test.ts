import { expect, it } from '@jest/globals';
import { withoutOtherServices } from '../../../../src/kinds/virtual-environment/other-services.ts';
import { serviceOptions } from '../../../../src/kinds/virtual-environment/service-options.ts';
import { RULES } from '../../../support/virtual-environment.ts';

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

it.each(['other', 'OTHER', 'Other.Shop.svc.cluster.local'])(
  'the host %s in the annotation is told',
  (host) => {
    const annotations = { 'kt-virtual-environment/hosts': host };
    const metadata = { name: 'app', namespace: 'shop', annotations };
    const service = { apiVersion: 'v1', kind: 'Service', metadata };
    const options = serviceOptions(service, RULES, { ...CONTEXT, allowedHosts: [] });
    const { hosts, problems } = withoutOtherServices(options, CONTEXT);
    expect(hosts).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(/the host of another Service/)]);
  },
);
