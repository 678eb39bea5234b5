import { describe, expect, it } from '@jest/globals';
import type { HttpRequest } from '../../../src/istio/match-request.ts';
import { nameOf } from '../../../src/istio/objects.ts';
import { routeTable } from '../../../src/istio/route-table.ts';
import type {
  HTTPMatchRequest,
  VirtualService,
  VirtualServiceSpec,
} from '../../../src/istio/types.ts';
import { visibleTo } from '../../../src/istio/visibility.ts';
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
const edge: HttpRequest = { ...request, gateway: 'infra/gw', sourceNamespace: 'infra' };
const services = [
  { host: HOST, namespace: 'shop' },
  { host: 'other.shop.svc.cluster.local', namespace: 'shop' },
  { host: 'web.far.svc.cluster.local', namespace: 'far' },
];

/** One route with these match entries. It is named like the VirtualService. */
const vs = (
  at: string,
  spec: VirtualServiceSpec = {},
  ...match: HTTPMatchRequest[]
): VirtualService =>
  virtualService(at, {
    hosts: [HOST],
    http: [{ ...route('x'), name: at.split('@')[0] ?? '', ...(match.length ? { match } : {}) }],
    ...spec,
  });

const rows = (all: VirtualService[], sent = request, host = HOST) =>
  routeTable(host, sent, { virtualServices: all, services, clusterDomain: 'cluster.local' })?.map(
    ({ route: { name }, matchIndex }) =>
      matchIndex === undefined ? name : `${name}[${matchIndex}]`,
  );

const hosts = (...names: string[]) => ({ hosts: names });
const gateways = (...names: string[]) => ({ gateways: names });
const exportTo = (...names: string[]) => ({ exportTo: names });
const never: HTTPMatchRequest = { sourceLabels: { app: 'nobody' } };

describe('visibleTo', () => {
  const seen = (sent: HttpRequest, ...all: VirtualService[]) => visibleTo(sent, all).map(nameOf);

  it('sorts private ones, then those exported by name, then public ones; each by age', () => {
    const all = [
      vs('a/pub@1'),
      vs('client/pub@2', exportTo('*', '.')),
      vs('b/named@9', exportTo('x', 'client')),
      vs('client/private@8', exportTo('.')),
      vs('client/old@7', exportTo('client')),
      vs('b/named2@3', exportTo('client')),
    ];
    const sorted = ['client/old', 'client/private', 'b/named2', 'b/named', 'a/pub', 'client/pub'];
    expect(seen(request, ...all)).toEqual(sorted);
    expect(seen(request, ...all.reverse())).toEqual(sorted);
  });

  it.each<[string, VirtualService, boolean]>([
    ['no exportTo', vs('a/b'), true],
    ['public', vs('a/b', exportTo('*', '~')), true],
    ['nobody', vs('client/b', exportTo('~', '.')), false],
    ['private elsewhere', vs('a/b', exportTo('.')), false],
    ['for others', vs('client/b', exportTo('a')), false],
    ['no hosts: a delegate', vs('a/b', hosts()), false],
    ['hosts absent: a delegate', virtualService('a/b', { http: [] }), false],
    ['for the mesh and a gateway', vs('a/b', gateways('mesh', 'infra/gw')), true],
    ['for gateways', vs('a/b', gateways('infra/gw')), false],
  ])('%s', (_name, one, expected) => {
    expect(seen(request, one)).toEqual(expected ? [nameOf(one)] : []);
  });

  it('at a gateway, lists those that are bound to it and exported to its namespace', () => {
    const all = [
      vs('infra/a', gateways('gw')),
      vs('shop/b', gateways('infra/gw')),
      vs('shop/c', { ...gateways('infra/gw'), ...exportTo('.') }),
      vs('shop/d', gateways('gw')),
      vs('shop/e'),
    ];
    expect(seen(edge, ...all)).toEqual(['infra/a', 'shop/b']);
    const { sourceNamespace: _, ...bare } = edge;
    expect(seen(bare, ...all)).toEqual(['infra/a', 'shop/b']);
  });
});

describe('rows', () => {
  it('are one for each match entry, in order', () => {
    const get = { method: { exact: 'GET' } };
    expect(rows([vs('a/b', {}, get, get)])).toEqual(['a/b[0]', 'a/b[1]']);
    expect(rows([vs('a/b')])).toEqual(['a/b']);
  });

  it('do not exist for other ports, callers and gateways', () => {
    const get = { method: { exact: 'GET' } };
    const match = [
      { ...get, port: 81 },
      { ...get, ...never },
      { gateways: ['gw'] },
      { ...get, sourceLabels: { app: 'web' } },
    ];
    expect(rows([vs('a/b', {}, ...match)])).toEqual(['a/b[3]']);
    expect(rows([vs('a/b', {}, ...match)], { ...request, port: 81 })).toEqual(['a/b[0]', 'a/b[3]']);
  });

  it.each<[HTTPMatchRequest, boolean]>([
    [{}, true],
    [{ uri: { prefix: '/' } }, true],
    [{ uri: { regex: '.*' } }, true],
    [{ uri: {} }, true],
    [{ sourceLabels: { app: 'web' }, port: 80 }, true],
    [{ headers: {}, withoutHeaders: {}, queryParams: {} }, true],
    [{ uri: { prefix: '' } }, false],
    [{ uri: { prefix: '/a' } }, false],
    [{ uri: { exact: '/' } }, false],
    [{ uri: { regex: '.+' } }, false],
    [{ headers: { a: {} } }, false],
    [{ withoutHeaders: { a: {} } }, false],
    [{ queryParams: { a: {} } }, false],
    [{ method: {} }, false],
    [{ scheme: {} }, false],
    [{ authority: {} }, false],
  ])('%j ends the table: %j', (match, ends) => {
    expect(rows([vs('a/b', {}, match, { uri: { exact: '/' } })])).toEqual(
      ends ? ['a/b[0]'] : ['a/b[0]', 'a/b[1]'],
    );
  });
});

describe('a Service in the mesh', () => {
  const wild = (at: string, host: string) => vs(at, hosts(host));

  it.each<[string, VirtualService[], string[] | undefined]>([
    ['none', [], undefined],
    ['another host', [vs('a/b', hosts('other.shop.svc.cluster.local'))], undefined],
    ['a short host in its namespace', [vs('shop/b', hosts('backend'))], ['shop/b']],
    ['a short host in another namespace', [vs('a/b', hosts('backend'))], undefined],
    ['one of several hosts', [vs('a/b', hosts('x.y', HOST))], ['a/b']],
    ['upper case', [vs('a/b', hosts(HOST.toUpperCase()))], ['a/b']],
    ['only the oldest', [vs('a/b@2'), vs('a/c@1')], ['a/c']],
    ['at the same age, the first by name', [vs('a/c@1'), vs('b/b@1')], ['b/b']],
    [
      'a private one before older public ones',
      [vs('a/b@1'), vs('client/c@2', exportTo('.'))],
      ['client/c'],
    ],
    [
      'the next one, if the oldest has no rows for the caller',
      [vs('a/b@1', {}, never), vs('a/c@2')],
      ['a/c'],
    ],
    ['no VirtualService has rows', [vs('a/b', {}, never)], undefined],
    ['a wildcard', [wild('a/b', '*.local')], ['a/b']],
    ['the longest wildcard', [wild('a/b@1', '*.local'), wild('a/c@2', '*.cluster.local')], ['a/c']],
    [
      'the oldest of equal wildcards',
      [wild('a/b@2', '*.local'), wild('a/c@1', '*.local')],
      ['a/c'],
    ],
    ['an exact host before older wildcards', [wild('a/b@1', '*.local'), vs('a/c@2')], ['a/c']],
    [
      'an exact host prevents wildcards, even without rows for the caller',
      [wild('a/b@1', '*.local'), vs('a/c@2', {}, never)],
      undefined,
    ],
    [
      'of equal wildcards only the oldest counts, even without rows',
      [vs('a/b@1', hosts('*.local'), never), wild('a/c@2', '*.local')],
      undefined,
    ],
    ['a wildcard in upper case does not match', [wild('a/b', '*.LOCAL')], undefined],
    [
      'an exact host in upper case does not prevent wildcards',
      [vs('a/b@2', hosts(HOST.toUpperCase())), wild('a/c@1', '*.local')],
      ['a/c'],
    ],
    ['a wildcard that matches other hosts', [wild('a/b', '*.com')], undefined],
  ])('%s', (_name, all, expected) => {
    expect(rows(all)).toEqual(expected);
  });

  it('ignores the case of the request', () => {
    expect(rows([vs('a/b')], request, HOST.toUpperCase())).toEqual(['a/b']);
  });
});

describe('a host that is not in the service registry', () => {
  const foreign = (all: VirtualService[], sent = request, host = 'www.bookinfo.com') =>
    rows(all, sent, host);

  it.each<[string, VirtualService[], string[] | undefined]>([
    ['by name', [vs('a/b', hosts('www.bookinfo.com'))], ['a/b']],
    ['a name in another case', [vs('a/b', hosts('WWW.bookinfo.com'))], ['a/b']],
    ['by wildcard', [vs('a/b', hosts('*.bookinfo.com'))], ['a/b']],
    [
      'the most specific name',
      [vs('a/b@1', hosts('*.com')), vs('a/c@2', hosts('*.BOOKINFO.com'))],
      ['a/c'],
    ],
    [
      'the oldest VirtualService of that name',
      [vs('a/b@2', hosts('*.com')), vs('a/c@1', hosts('*.com'))],
      ['a/c'],
    ],
    [
      'if a name has no rows for the caller, a wildcard is used',
      [vs('a/b@1', hosts('www.bookinfo.com'), never), vs('a/c@2', hosts('*.com'))],
      ['a/c'],
    ],
    ['nobody', [vs('a/b', hosts('www.other.com'))], undefined],
  ])('%s', (_name, all, expected) => {
    expect(foreign(all)).toEqual(expected);
  });

  it('gets routes on port 80 only', () => {
    const all = [vs('a/b', hosts('www.bookinfo.com'))];
    expect(foreign(all, { ...request, port: 8080 })).toBeUndefined();
    expect(foreign(all, { ...request, port: 80 })).toEqual(['a/b']);
  });

  it.each<[string, VirtualService[], string[] | undefined]>([
    ['of a VirtualService that names it', [vs('a/b', hosts('www.bookinfo.com', HOST))], ['a/b']],
    [
      'of the VirtualService with the most specific wildcard for it',
      [vs('a/b', hosts('*.com', '*.local'))],
      ['a/b'],
    ],
    [
      'but not of one whose host another VirtualService has by a more specific wildcard',
      [vs('a/b@1', hosts('*.com', '*.local')), vs('a/c@2', hosts('*.cluster.local'))],
      undefined,
    ],
    [
      'whichever VirtualService applies to that host',
      [vs('a/c@1', hosts(HOST)), vs('a/b@2', hosts('*.com', HOST))],
      ['a/b'],
    ],
  ])('gets routes on another port, beside a Service on that port: %s', (_name, all, expected) => {
    expect(foreign(all, { ...request, port: 8080 })).toEqual(expected);
  });

  it('gets no routes of a wildcard that matches Services', () => {
    const all = [vs('a/b', hosts('*.local', 'x.y'))];
    expect(foreign(all, request, 'unknown.local')).toBeUndefined();
    expect(foreign([vs('a/b', hosts('*.LOCAL'))], request, 'unknown.local')).toBeUndefined();
    expect(foreign(all, request, 'x.y')).toEqual(['a/b']);
    const some = [vs('a/b', hosts('*.far.svc.cluster.local'))];
    expect(foreign(some, request, 'unknown.far.svc.cluster.local')).toBeUndefined();
    expect(foreign([vs('a/b', hosts('*.elsewhere.local'))], request, 'a.elsewhere.local')).toEqual([
      'a/b',
    ]);
  });
});

describe('at a gateway', () => {
  const gw = (at: string, spec: VirtualServiceSpec = {}, ...match: HTTPMatchRequest[]) =>
    vs(at, { hosts: ['www.shop.com'], gateways: ['infra/gw'], ...spec }, ...match);
  const at = (all: VirtualService[], host = 'www.shop.com') => rows(all, edge, host);
  const some: HTTPMatchRequest = { uri: { prefix: '/a' } };

  it('rows of all VirtualServices of the host are joined, by age, with those for everything last', () => {
    expect(at([gw('a/c@3', {}, some), gw('a/b@2'), gw('a/d@1', {}, some, {}, some)])).toEqual([
      'a/d[0]',
      'a/c[0]',
      'a/d[1]',
      'a/b',
    ]);
  });

  it('the most specific name decides, in any case', () => {
    const all = [
      gw('a/b@1', hosts('*.shop.com')),
      gw('a/c@2', hosts('WWW.shop.com')),
      gw('a/d@3', hosts('*')),
    ];
    expect(at(all)).toEqual(['a/c']);
    expect(at(all, 'other.shop.com')).toEqual(['a/b']);
    expect(at(all, 'Other.SHOP.com')).toEqual(['a/b']);
    expect(at(all, 'else.com')).toEqual(['a/d']);
  });

  it('has no rows for other hosts, and none of VirtualServices without rows', () => {
    expect(at([gw('a/b')], 'else.com')).toBeUndefined();
    expect(at([gw('a/b', {}, { gateways: ['mesh'] })])).toBeUndefined();
    expect(at([gw('a/b', {}, { gateways: ['mesh'] }), gw('a/c', hosts('*'))])).toEqual(['a/c']);
    expect(at([])).toBeUndefined();
  });

  it("compares source labels with the gateway's own labels", () => {
    const all = [
      gw('a/b', {}, { sourceLabels: { app: 'web' } }, { sourceLabels: { app: 'curl' }, ...some }),
    ];
    expect(at(all)).toEqual(['a/b[0]']);
  });

  it('handles hosts of Services like other hosts, on any port', () => {
    const all = [gw('a/b', hosts('*.local'))];
    expect(rows(all, { ...edge, port: 443 }, HOST)).toEqual(['a/b']);
  });
});
