import { expect, it } from '@jest/globals';
import type { DestinationRule, VirtualService } from '../../../../src/istio/types.ts';
import {
  foreignMessages,
  foreignObjects,
} from '../../../../src/kinds/virtual-environment/foreign.ts';
import { environment } from '../../../support/virtual-environment-world.ts';

const ISTIO = 'networking.istio.io/v1';
const OWN_TIME = '2026-01-01T00:00:10Z';

function routes(name: string, spec: VirtualService['spec'], seconds = 0): VirtualService {
  const creationTimestamp = `2026-01-01T00:00:${String(seconds).padStart(2, '0')}Z`;
  const metadata = { name, namespace: 'shop', creationTimestamp };
  return { apiVersion: ISTIO, kind: 'VirtualService', metadata, spec };
}

function rule(name: string, host: string): DestinationRule {
  const metadata = { name, namespace: 'shop' };
  return { apiVersion: ISTIO, kind: 'DestinationRule', metadata, spec: { host } };
}

function messages(foreign: (VirtualService | DestinationRule)[], hasOwn = false): string[] {
  const of = <T>(kind: string) =>
    new Map(foreign.filter((one) => one.kind === kind).map((one) => [one.metadata.name, one as T]));
  const made = routes('app', { hosts: ['app'] });
  const own = { ...made, metadata: { ...made.metadata, creationTimestamp: OWN_TIME } };
  const observed = {
    own: { virtualServices: new Map(hasOwn ? [['app', own]] : []), rules: new Map() },
    foreign: {
      virtualServices: of<VirtualService>('VirtualService'),
      rules: of<DestinationRule>('DestinationRule'),
    },
    filters: [],
    unrecognized: [],
  };
  const found = foreignObjects(observed, 'shop', 'cluster.local')('app');
  return foreignMessages(found, environment()).map((text) => text.split(',')[0] ?? '');
}

const TAKEN = 'VirtualService app belongs to somebody else';
const OLDER = 'VirtualService x has this host already';

it.each<[string, (VirtualService | DestinationRule)[], string[]]>([
  ['nothing', [], []],
  ['a VirtualService of the name', [routes('app', { hosts: ['other'] })], [TAKEN]],
  [
    'a DestinationRule of the name',
    [rule('app', 'other')],
    ['DestinationRule app belongs to somebody else'],
  ],
  ['one that cannot be read', [{ ...routes('app', {}), spec: {} }], [TAKEN]],
  ['a VirtualService with the host', [routes('x', { hosts: ['app'] })], [OLDER]],
  [
    'with the full host, for the mesh',
    [routes('x', { hosts: ['y', 'app.shop.svc.cluster.local'], gateways: ['gw', 'mesh'] })],
    [OLDER],
  ],
  ['with the namespace', [routes('x', { hosts: ['app.shop'] })], [OLDER]],
  ['in another case', [routes('x', { hosts: ['App'] })], [OLDER]],
  ['in another case, with the namespace', [routes('x', { hosts: ['APP.Shop.svc'] })], [OLDER]],
  ['a DestinationRule in another case, which Istio does not apply', [rule('x', 'App')], []],
  ['for a gateway only', [routes('x', { hosts: ['app'], gateways: ['gw'] })], []],
  ['for another namespace', [routes('x', { hosts: ['app.other.svc.cluster.local'] })], []],
  ['with a wildcard', [routes('x', { hosts: ['*.shop.svc.cluster.local'] })], []],
  [
    'another DestinationRule',
    [rule('x', 'app.shop.svc.cluster.local')],
    ['there are other DestinationRules for this host (x): Istio merges their subsets'],
  ],
])('%s', (_, foreign, expected) => {
  expect(messages(foreign)).toEqual(expected);
});

it.each<[string, string, number, string[]]>([
  ['older than the own one', 'x', 9, [OLDER]],
  ['younger', 'x', 11, []],
  ['of the same second, and the own name is first', 'x', 10, []],
  [
    'of the same second, and its name is first',
    'a',
    10,
    ['VirtualService a has this host already'],
  ],
])('beside the own VirtualService: %s', (_, name, seconds, expected) => {
  expect(messages([routes(name, { hosts: ['app'] }, seconds)], true)).toEqual(expected);
});

it.each<[string, string[], number, string[]]>([
  ['older, for all', ['*'], 9, [OLDER]],
  ['younger, for all', ['*'], 11, []],
  ['younger, for its namespace', ['.'], 11, [OLDER]],
  ['younger, for its namespace by name, and another one', ['shop', 'bank'], 11, [OLDER]],
  ['younger, for its namespace and for all', ['.', '*'], 11, []],
  ['older, for another namespace', ['bank'], 9, []],
  ['older, for nobody', ['~'], 9, []],
])('beside the own VirtualService: %s', (_, exportTo, seconds, expected) => {
  expect(messages([routes('x', { hosts: ['app'], exportTo }, seconds)], true)).toEqual(expected);
});
