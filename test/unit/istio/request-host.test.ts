import { describe, expect, it } from '@jest/globals';
import type { HttpRequest } from '../../../src/istio/match-request.ts';
import { requestHost } from '../../../src/istio/request-host.ts';
import type { VirtualService } from '../../../src/istio/types.ts';
import { route, virtualService } from './builders.ts';

const FULL = 'backend.shop.svc.cluster.local';
const services = [
  { host: FULL, namespace: 'shop', ports: [80, 8080] },
  { host: 'web.far.svc.cluster.local', namespace: 'far' },
  { host: 'db.main.shop.svc.cluster.local', namespace: 'shop' },
];

const hostOf = (authority: string, over: Partial<HttpRequest> = {}, all: VirtualService[] = []) =>
  requestHost(
    {
      method: 'GET',
      scheme: 'http',
      authority,
      path: '/',
      headers: {},
      sourceNamespace: 'shop',
      gateway: 'mesh',
      ...over,
    },
    { virtualServices: all, services, clusterDomain: 'cluster.local' },
  );
const vs = (at: string, ...hosts: string[]) => virtualService(at, { hosts, http: [route(FULL)] });

describe('the host that a name in a request means', () => {
  it.each<[string, string]>([
    ['backend', FULL],
    ['Backend.Shop', FULL],
    ['backend.shop.svc', FULL],
    [`${FULL}.`, FULL],
    [`${FULL}:8080`, FULL],
    ['web', 'web'],
    ['web.far', 'web.far.svc.cluster.local'],
    ['backend.shop.svc.cluster', 'backend.shop.svc.cluster'],
    ['www.example.com:443', 'www.example.com'],
    ['[::1]:8080', '[::1]'],
    ['db.main', 'db.main'],
  ])('%s', (authority, host) => expect(hostOf(authority)).toBe(host));

  it('on a port that the Service does not have, only its full name is known', () => {
    expect(hostOf('backend.shop:81', { port: 81 })).toBe('backend.shop');
    expect(hostOf(`${FULL}:81`, { port: 81 })).toBe(FULL);
  });

  it("short names work only in the Service's namespace", () => {
    expect(hostOf('backend', { sourceNamespace: 'far' })).toBe('backend');
  });

  it("short names work only on the Service's ports", () => {
    const all = [vs('a/x', FULL, 'web.far.svc.cluster.local')];
    expect(hostOf('backend.shop', { port: 81 }, all)).toBe('backend.shop');
    expect(hostOf(FULL, { port: 81 }, all)).toBe(FULL);
  });

  it('at a gateway the name is used as it is', () => {
    expect(hostOf('backend.shop', { gateway: 'shop/gw' })).toBe('backend.shop');
  });
});

describe('a VirtualService that lists the short name itself', () => {
  it.each<[string, VirtualService[], string]>([
    ['has it if the Service has no VirtualService', [vs('a/x', 'backend.shop')], 'backend.shop'],
    ['has it beside other hosts', [vs('a/x', 'x.y', 'backend.shop')], 'backend.shop'],
    ['has it if it is older', [vs('a/x@1', 'backend.shop'), vs('a/y@2', FULL)], 'backend.shop'],
    ['does not have it if it is newer', [vs('a/x@2', 'backend.shop'), vs('a/y@1', FULL)], FULL],
    ["is the Service's VirtualService", [vs('a/x', 'backend.shop', FULL)], FULL],
    ['only matches it by a wildcard', [vs('a/x', '*.shop')], FULL],
    [
      "comes after the Service's VirtualService",
      [vs('a/x@1', 'x.y'), vs('a/y@2', 'y.z'), vs('a/z@3', FULL)],
      FULL,
    ],
  ])('%s', (_name, all, host) => expect(hostOf('backend.shop', {}, all)).toBe(host));

  it('applies on port 80 only', () => {
    expect(hostOf('backend.shop:8080', { port: 8080 }, [vs('a/x', 'backend.shop')])).toBe(FULL);
  });
});

describe('an alias (ExternalName)', () => {
  const ALIAS = 'other.shop.svc.cluster.local';
  const PORTED = 'ported.shop.svc.cluster.local';
  const known = [
    ...services,
    { host: ALIAS, namespace: 'shop', ports: [], aliasFor: FULL },
    { host: PORTED, namespace: 'shop', ports: [80], aliasFor: FULL },
    { host: 'twice.shop.svc.cluster.local', namespace: 'shop', ports: [], aliasFor: ALIAS },
    { host: 'away.shop.svc.cluster.local', namespace: 'shop', ports: [], aliasFor: 'example.com' },
    { host: 'x.shop.svc.cluster.local', namespace: 'shop', aliasFor: 'y.shop.svc.cluster.local' },
    { host: 'y.shop.svc.cluster.local', namespace: 'shop', aliasFor: 'x.shop.svc.cluster.local' },
  ];
  const aliased = (authority: string, all: VirtualService[] = [], port = 80) =>
    requestHost(
      {
        method: 'GET',
        scheme: 'http',
        authority,
        path: '/',
        port,
        headers: {},
        sourceNamespace: 'shop',
        gateway: 'mesh',
      },
      { virtualServices: all, services: known, clusterDomain: 'cluster.local' },
    );

  it.each<[string, VirtualService[], string]>([
    ['other', [], FULL],
    ['other.shop', [], FULL],
    [ALIAS, [], FULL],
    ['twice', [], FULL],
    ['ported', [], FULL],
    // The alias leads out of the mesh.
    ['away', [], 'away'],
    ['x.shop', [], 'x.shop.svc.cluster.local'],
    // The older VirtualService decides whose routes get the names of the alias.
    ['ported', [vs('a/x@1', PORTED), vs('a/y@2', FULL)], PORTED],
    ['ported', [vs('a/x@2', PORTED), vs('a/y@1', FULL)], FULL],
    ['ported', [vs('a/x@1', PORTED)], PORTED],
    ['ported', [vs('a/x@1', PORTED, FULL)], FULL],
    // Without a port, the alias is not in the service registry: only a VirtualService that lists the name has it.
    [ALIAS, [vs('a/x@1', ALIAS), vs('a/y@2', FULL)], ALIAS],
    ['other', [vs('a/x@1', ALIAS), vs('a/y@2', FULL)], FULL],
    [ALIAS, [vs('a/x@2', ALIAS), vs('a/y@1', FULL)], FULL],
  ])('%s', (authority, all, host) => expect(aliased(authority, all)).toBe(host));

  it('has the ports of its target', () => {
    expect(aliased('other', [], 8080)).toBe(FULL);
    expect(aliased('other', [], 81)).toBe('other');
  });
});
