import { describe, expect, it } from '@jest/globals';
import { explainSelection } from '../../../src/istio/explain-selection.ts';
import type { HttpRequest } from '../../../src/istio/match-request.ts';
import { nameOf } from '../../../src/istio/objects.ts';
import type {
  HTTPMatchRequest,
  VirtualService,
  VirtualServiceSpec,
} from '../../../src/istio/types.ts';
import { route, virtualService } from './builders.ts';

const HOST = 'backend.shop.svc.cluster.local';
const request: HttpRequest = {
  method: 'GET',
  scheme: 'http',
  authority: 'backend',
  path: '/',
  headers: {},
  sourceNamespace: 'client',
  sourceLabels: { app: 'web' },
  gateway: 'mesh',
};
const services = [{ host: HOST, namespace: 'shop', ports: [80] }];

const vs = (
  at: string,
  spec: VirtualServiceSpec = {},
  ...match: HTTPMatchRequest[]
): VirtualService =>
  virtualService(at, {
    hosts: [HOST],
    http: [{ ...route('x'), ...(match.length ? { match } : {}) }],
    ...spec,
  });

const verdicts = (all: VirtualService[], over: Partial<HttpRequest> = {}, host = HOST) =>
  Object.fromEntries(
    explainSelection(
      host,
      { ...request, ...over },
      { virtualServices: all, services, clusterDomain: 'cluster.local' },
    ).map(({ virtualService: one, decides, reason, why }) => [
      nameOf(one),
      [decides, reason, why] as const,
    ]),
  );

describe('which VirtualService decides, and why the others do not', () => {
  it.each<[string, VirtualService, string, string]>([
    ['a gateway', vs('b/x', { gateways: ['gw'] }), 'other-gateway', 'is for gw, not for mesh'],
    [
      'several gateways',
      vs('b/x', { gateways: ['gw', 'infra/other'] }),
      'other-gateway',
      'is for gw, infra/other, not for mesh',
    ],
    [
      'exportTo',
      vs('b/x', { exportTo: ['.', 'c'] }),
      'not-exported',
      "is exported to ., c, not to the caller's namespace client",
    ],
    [
      'no rows at all',
      vs('b/x', { http: [] }),
      'no-http-routes',
      'has no http route of its own or of a delegate',
    ],
    [
      'no http',
      virtualService('b/x', { hosts: [HOST] }),
      'no-http-routes',
      'has no http route of its own or of a delegate',
    ],
    [
      'rows for other callers, after a delegate that does not exist',
      vs('b/x', {
        http: [
          { match: [{}], delegate: { name: 'nobody' } },
          { ...route('x'), match: [{ port: 81 }] },
        ],
      }),
      'other-callers',
      'all its routes are for others: port: wanted 81, got 80',
    ],
    [
      'rows for other callers',
      vs('b/x', {}, { sourceLabels: { app: 'cron' } }),
      'other-callers',
      'all its routes are for others: caller\'s label app: wanted exact "cron", got "web"',
    ],
    [
      'a wildcard',
      vs('a/x@1', { hosts: ['*.shop.svc.cluster.local', '*'] }),
      'less-specific-host',
      `*.shop.svc.cluster.local, * is less specific than ${HOST} of shop/main`,
    ],
    ['age', vs('b/x@9'), 'later', 'shop/main is older (2024-01-01T00:05:00Z)'],
    [
      'age, although it has other hosts as well',
      vs('b/x@9', { hosts: ['*', HOST] }),
      'later',
      'shop/main is older (2024-01-01T00:05:00Z)',
    ],
    [
      'the same age',
      vs('b/z@5'),
      'later',
      'shop/main comes first by name, both are of the same age',
    ],
  ])('%s', (_name, loser, reason, why) => {
    const told = verdicts([loser, vs('shop/main@5')]);
    expect(told[nameOf(loser)]).toEqual([false, reason, why]);
    expect(told['shop/main']?.[0]).toBe(true);
    expect(Object.keys(told)[0]).toBe('shop/main');
  });

  it('exportTo comes before age', () => {
    const all = [
      vs('a/public@1'),
      vs('b/named@2', { exportTo: ['client'] }),
      vs('client/private@3', { exportTo: ['.'] }),
    ];
    expect(verdicts(all)).toEqual({
      'client/private': [true, 'first', 'comes before 2 others'],
      'a/public': [
        false,
        'later',
        'client/private, exported to its own namespace alone, comes before this one, exported to all',
      ],
      'b/named': [
        false,
        'later',
        "client/private, exported to its own namespace alone, comes before this one, exported to the caller's namespace by name",
      ],
    });
  });

  it('a VirtualService without a creation time counts as the oldest', () => {
    expect(verdicts([vs('b/x@1'), vs('shop/main')])['b/x']).toEqual([
      false,
      'later',
      'shop/main is older (without a time)',
    ]);
  });

  it("of the first one's hosts, only those that match the request count", () => {
    const hosts = ['x.y', '*.cluster.local', '*.local'];
    expect(verdicts([vs('a/x@9', { hosts: ['*.local'] }), vs('shop/main@5', { hosts })])).toEqual({
      'shop/main': [true, 'first', 'comes before 1 other'],
      'a/x': [false, 'later', 'shop/main is older (2024-01-01T00:05:00Z)'],
    });
    expect(verdicts([vs('a/x@9', { hosts: ['*'] }), vs('shop/main@5', { hosts })])).toEqual({
      'shop/main': [true, 'first', 'comes before 1 other'],
      'a/x': [
        false,
        'less-specific-host',
        '* is less specific than *.cluster.local, *.local of shop/main',
      ],
    });
  });

  it('VirtualServices that the proxy does not get are not among the others', () => {
    const all = [vs('shop/main'), vs('b/gw', { gateways: ['gw'] })];
    expect(verdicts(all)['shop/main']?.[1]).toBe('only');
  });

  it('there is only one', () => {
    expect(verdicts([vs('shop/main'), vs('b/other', { hosts: ['other'] })])).toEqual({
      'shop/main': [true, 'only', 'the only one that counts for this host'],
    });
  });

  it('an exact host prevents wildcards, even if its rows are for other callers', () => {
    const all = [vs('shop/main', {}, { sourceNamespace: 'x' }), vs('shop/wild', { hosts: ['*'] })];
    expect(verdicts(all)).toEqual({
      'shop/main': [
        false,
        'other-callers',
        "all its routes are for others: caller's namespace: wanted x, got client",
      ],
      'shop/wild': [false, 'less-specific-host', `another one names ${HOST} itself`],
    });
  });

  it('a host that is not a Service: only on port 80, and only by wildcards that match no Service', () => {
    const all = [vs('a/x', { hosts: ['shop.example.com'] })];
    expect(verdicts(all, {}, 'shop.example.com')['a/x']?.[1]).toBe('only');
    expect(verdicts(all, { port: 81 }, 'shop.example.com')['a/x']).toEqual([
      false,
      'port',
      'applies on port 80 only: no Service of this name has port 81',
    ]);
    expect(verdicts([vs('a/x', { hosts: ['*'] })], {}, 'shop.example.com')['a/x']).toEqual([
      false,
      'services-only',
      '* matches Services only, and this host is none',
    ]);
  });

  it('one of its wildcards must match more than Services', () => {
    const wild = (...hosts: string[]) => vs('a/wild', { hosts });
    const main = vs('b/main', { hosts: ['x.local'] });
    expect(verdicts([wild('*', '*x.local'), main], {}, 'x.local')['a/wild']).toEqual([
      false,
      'less-specific-host',
      '*, *x.local is less specific than x.local of b/main',
    ]);
    expect(verdicts([wild('*', '*.local'), main], {}, 'x.local')['a/wild']).toEqual([
      false,
      'services-only',
      '*, *.local matches Services only, and this host is none',
    ]);
  });

  it('a Service counts only on its ports', () => {
    expect(verdicts([vs('shop/main')], { port: 8080 })['shop/main']?.[1]).toBe('port');
  });

  it("at a gateway, neither the port nor the mesh's Services matter", () => {
    const bound = (...hosts: string[]) => ({ hosts, gateways: ['infra/gw'] });
    const all = [vs('a/one', bound('a.example.com')), vs('c/wild', bound('*'))];
    const edge = { gateway: 'infra/gw', sourceNamespace: 'infra' };
    for (const port of [80, 443]) {
      expect(verdicts(all, { ...edge, port }, 'a.example.com')).toEqual({
        'a/one': [true, 'first', 'comes before 1 other'],
        'c/wild': [false, 'less-specific-host', '* is less specific than a.example.com of a/one'],
      });
    }
  });

  it('at a gateway, VirtualServices for the same host are joined', () => {
    const hosts = { hosts: ['a.example.com'], gateways: ['infra/gw'] };
    const all = [
      vs('a/one', hosts),
      vs('b/two', hosts),
      vs('c/wild', { ...hosts, hosts: ['*.example.com'] }),
      vs('d/mesh', { hosts: ['a.example.com'] }),
    ];
    expect(
      verdicts(all, { gateway: 'infra/gw', sourceNamespace: 'infra' }, 'a.example.com'),
    ).toEqual({
      'a/one': [true, 'joined', 'at a gateway the routes of all 2 are put together'],
      'b/two': [true, 'joined', 'at a gateway the routes of all 2 are put together'],
      'c/wild': [
        false,
        'less-specific-host',
        '*.example.com is less specific than a.example.com of a/one',
      ],
      'd/mesh': [false, 'other-gateway', 'is for mesh, not for infra/gw'],
    });
  });
});
