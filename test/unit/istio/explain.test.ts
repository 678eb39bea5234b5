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

it('lists the failed rows before the row that matched, including rows that the proxy never gets', () => {
  expect(told(mesh(main))).toEqual({
    tried: ['cron[0] sourceLabels.app', 'b[0] uri', 'b[1] headers.user', 'a[0] uri'],
    taken: 'a',
  });
});

it('lists no row after the row that matched', () => {
  const first = virtualService('shop/main', {
    hosts: [HOST],
    http: [
      named('a', { match: [{ uri: { exact: '/a' } }] }),
      named('b', { match: [{ uri: { exact: '/b' } }] }),
    ],
  });
  expect(told(mesh(first))).toEqual({ tried: [], taken: 'a' });
});

it('does not list a matching row that comes last, as rows for everything do at a gateway', () => {
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

it('lists all rows if none matches, and nothing if no VirtualService applies', () => {
  expect(told(mesh(main), { path: '/z' }).tried).toHaveLength(6);
  expect(told(mesh())).toEqual({ tried: [], taken: undefined });
});

it("lists a delegate's rows with its root", () => {
  const root = virtualService('shop/root', {
    hosts: [HOST],
    http: [{ name: 'r', delegate: { name: 'leaf' } }, named('rest')],
  });
  const leaf = virtualService('shop/leaf', {
    http: [named('one', { match: [{ uri: { exact: '/1' } }] }), named('two')],
  });
  expect(told(mesh(root, leaf))).toEqual({ tried: ['r-one[0] uri'], taken: 'r-two' });
});
