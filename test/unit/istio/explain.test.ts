import { expect, it } from '@jest/globals';
import { evaluate, type HostRequest, type Mesh } from '../../../src/istio/evaluate.ts';
import { explain } from '../../../src/istio/explain.ts';
import type { HTTPRoute, VirtualService } from '../../../src/istio/types.ts';
import { route, virtualService } from './builders.ts';

const HOST = 'backend.shop.svc.cluster.local';
const request: HostRequest = {
  host: HOST,
  method: 'GET',
  scheme: 'http',
  authority: 'backend',
  path: '/a',
  headers: {},
  sourceNamespace: 'client',
  gateway: 'mesh',
};
const named = (name: string, more: HTTPRoute = {}): HTTPRoute => ({
  ...route(HOST),
  name,
  ...more,
});
const mesh = (...virtualServices: VirtualService[]): Mesh => ({
  clusterDomain: 'cluster.local',
  virtualServices,
  destinationRules: [],
  services: [{ host: HOST, namespace: 'shop' }],
});
const told = (world: Mesh, over: Partial<HostRequest> = {}) => {
  const { tried, taken, outcome } = explain({ ...request, ...over }, world);
  expect(outcome).toEqual(evaluate({ ...request, ...over }, world));
  return {
    tried: tried.map(({ row, failed }) => `${row.route.name}[${row.matchIndex}] ${failed.field}`),
    taken: taken?.route.name,
  };
};

const main = virtualService('shop/main', {
  hosts: [HOST],
  http: [
    named('cron', { match: [{ sourceLabels: { app: 'cron' } }] }),
    named('b', { match: [{ uri: { exact: '/b' } }, { headers: { user: {} } }] }),
    named('a', { match: [{ uri: { exact: '/x' } }, { uri: { prefix: '/a' } }] }),
    named('put', { match: [{ method: { exact: 'PUT' } }] }),
  ],
});

it('tells what failed up to the row that took it, also what the proxy never got', () => {
  expect(told(mesh(main))).toEqual({
    tried: ['cron[0] sourceLabels.app', 'b[0] uri', 'b[1] headers.user', 'a[0] uri'],
    taken: 'a',
  });
});

it('tells of nothing that comes after the row that took it', () => {
  const first = virtualService('shop/main', {
    hosts: [HOST],
    http: [
      named('a', { match: [{ uri: { exact: '/a' } }] }),
      named('b', { match: [{ uri: { exact: '/b' } }] }),
    ],
  });
  expect(told(mesh(first))).toEqual({ tried: [], taken: 'a' });
});

it('tells of no row that fits but comes last, as one for everything does at a gateway', () => {
  const bound = { hosts: [HOST], gateways: ['infra/gw'] };
  const rest = virtualService('a/rest', { ...bound, http: [named('rest')] });
  const own = virtualService('b/own', {
    ...bound,
    http: [
      named('b', { match: [{ uri: { exact: '/b' } }] }),
      named('a', { match: [{ uri: { exact: '/a' } }] }),
    ],
  });
  expect(told(mesh(rest, own), { gateway: 'infra/gw' })).toEqual({
    tried: ['b[0] uri'],
    taken: 'a',
  });
});

it('tells all when none fits, and nothing when none decides', () => {
  expect(told(mesh(main), { path: '/z' }).tried).toHaveLength(6);
  expect(told(mesh())).toEqual({ tried: [], taken: undefined });
});

it('counts a delegate among its root', () => {
  const root = virtualService('shop/root', {
    hosts: [HOST],
    http: [{ name: 'r', delegate: { name: 'leaf' } }, named('rest')],
  });
  const leaf = virtualService('shop/leaf', {
    http: [named('one', { match: [{ uri: { exact: '/1' } }] }), named('two')],
  });
  expect(told(mesh(root, leaf))).toEqual({ tried: ['r-one[0] uri'], taken: 'r-two' });
});
