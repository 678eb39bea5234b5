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

/** One route, named like the VirtualService, with the given match entries. */
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

  it('sorts private, exported by name, public; each by age', () => {
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

  it('at a gateway lists what is bound to it and exported to its namespace', () => {
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
  it('are one per match entry, in order', () => {
    const get = { method: { exact: 'GET' } };
    expect(rows([vs('a/b', {}, get, get)])).toEqual(['a/b[0]', 'a/b[1]']);
    expect(rows([vs('a/b')])).toEqual(['a/b']);
  });

  it('of other ports, callers and gateways are not there', () => {
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

describe('a service in the mesh', () => {
  const wild = (at: string, host: string) => vs(at, hosts(host));

  it.each<[string, VirtualService[], string[] | undefined]>([
    ['none', [], undefined],
    ['another host', [vs('a/b', hosts('other.shop.svc.cluster.local'))], undefined],
    ['a short host in its namespace', [vs('shop/b', hosts('backend'))], ['shop/b']],
    ['a short host elsewhere', [vs('a/b', hosts('backend'))], undefined],
    ['one of several hosts', [vs('a/b', hosts('x.y', HOST))], ['a/b']],
    ['upper case', [vs('a/b', hosts(HOST.toUpperCase()))], ['a/b']],
    ['the oldest alone', [vs('a/b@2'), vs('a/c@1')], ['a/c']],
    ['of the same age, the first name', [vs('a/c@1'), vs('b/b@1')], ['b/b']],
    [
      'a private one before older public ones',
      [vs('a/b@1'), vs('client/c@2', exportTo('.'))],
      ['client/c'],
    ],
    [
      'the next, when the oldest has no rows for the caller',
      [vs('a/b@1', {}, never), vs('a/c@2')],
      ['a/c'],
    ],
    ['none has rows', [vs('a/b', {}, never)], undefined],
    ['a wildcard', [wild('a/b', '*.local')], ['a/b']],
    ['the longest wildcard', [wild('a/b@1', '*.local'), wild('a/c@2', '*.cluster.local')], ['a/c']],
    [
      'the oldest of equal wildcards',
      [wild('a/b@2', '*.local'), wild('a/c@1', '*.local')],
      ['a/c'],
    ],
    ['the exact one before older wildcards', [wild('a/b@1', '*.local'), vs('a/c@2')], ['a/c']],
    [
      'an exact one without rows for the caller still keeps wildcards away',
      [wild('a/b@1', '*.local'), vs('a/c@2', {}, never)],
      undefined,
    ],
    [
      'of equal wildcards only the oldest counts, rows or not',
      [vs('a/b@1', hosts('*.local'), never), wild('a/c@2', '*.local')],
      undefined,
    ],
    ['a wildcard in upper case does not', [wild('a/b', '*.LOCAL')], undefined],
    [
      'an exact one in upper case does not keep wildcards away',
      [vs('a/b@2', hosts(HOST.toUpperCase())), wild('a/c@1', '*.local')],
      ['a/c'],
    ],
    ['a wildcard of others', [wild('a/b', '*.com')], undefined],
  ])('%s', (_name, all, expected) => {
    expect(rows(all)).toEqual(expected);
  });

  it('ignores the case of the request', () => {
    expect(rows([vs('a/b')], request, HOST.toUpperCase())).toEqual(['a/b']);
  });
});

describe('a host outside the registry', () => {
  const foreign = (all: VirtualService[], sent = request, host = 'www.bookinfo.com') =>
    rows(all, sent, host);

  it.each<[string, VirtualService[], string[] | undefined]>([
    ['by name', [vs('a/b', hosts('www.bookinfo.com'))], ['a/b']],
    ['by name in another case', [vs('a/b', hosts('WWW.bookinfo.com'))], ['a/b']],
    ['by wildcard', [vs('a/b', hosts('*.bookinfo.com'))], ['a/b']],
    [
      'the most specific name',
      [vs('a/b@1', hosts('*.com')), vs('a/c@2', hosts('*.BOOKINFO.com'))],
      ['a/c'],
    ],
    [
      'the oldest of the same name',
      [vs('a/b@2', hosts('*.com')), vs('a/c@1', hosts('*.com'))],
      ['a/c'],
    ],
    [
      'a name without rows for the caller leaves it to a wildcard',
      [vs('a/b@1', hosts('www.bookinfo.com'), never), vs('a/c@2', hosts('*.com'))],
      ['a/c'],
    ],
    ['nobody', [vs('a/b', hosts('www.other.com'))], undefined],
  ])('%s', (_name, all, expected) => {
    expect(foreign(all)).toEqual(expected);
  });

  it('is served on port 80 only', () => {
    const all = [vs('a/b', hosts('www.bookinfo.com'))];
    expect(foreign(all, { ...request, port: 8080 })).toBeUndefined();
    expect(foreign(all, { ...request, port: 80 })).toEqual(['a/b']);
  });

  it.each<[string, VirtualService[], string[] | undefined]>([
    ['that it names', [vs('a/b', hosts('www.bookinfo.com', HOST))], ['a/b']],
    ['whose most specific wildcard it has', [vs('a/b', hosts('*.com', '*.local'))], ['a/b']],
    [
      'but not one that another has by a more specific wildcard',
      [vs('a/b@1', hosts('*.com', '*.local')), vs('a/c@2', hosts('*.cluster.local'))],
      undefined,
    ],
    [
      'whoever decides for that one',
      [vs('a/c@1', hosts(HOST)), vs('a/b@2', hosts('*.com', HOST))],
      ['a/b'],
    ],
  ])('is served on other ports beside a service on that port %s', (_name, all, expected) => {
    expect(foreign(all, { ...request, port: 8080 })).toEqual(expected);
  });

  it('is not served by a wildcard that stands for services', () => {
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

  it('rows of all VirtualServices of the host come together, by age, those for everything last', () => {
    expect(at([gw('a/c@3', {}, some), gw('a/b@2'), gw('a/d@1', {}, some, {}, some)])).toEqual([
      'a/d[0]',
      'a/c[0]',
      'a/d[1]',
      'a/b',
    ]);
  });

  it('the most specific name decides, whatever its case', () => {
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

  it('has nothing for other hosts, nor from VirtualServices without rows', () => {
    expect(at([gw('a/b')], 'else.com')).toBeUndefined();
    expect(at([gw('a/b', {}, { gateways: ['mesh'] })])).toBeUndefined();
    expect(at([gw('a/b', {}, { gateways: ['mesh'] }), gw('a/c', hosts('*'))])).toEqual(['a/c']);
    expect(at([])).toBeUndefined();
  });

  it('compares source labels with those of the gateway itself', () => {
    const all = [
      gw('a/b', {}, { sourceLabels: { app: 'web' } }, { sourceLabels: { app: 'curl' }, ...some }),
    ];
    expect(at(all)).toEqual(['a/b[0]']);
  });

  it('serves hosts of services like any other, on any port', () => {
    const all = [gw('a/b', hosts('*.local'))];
    expect(rows(all, { ...edge, port: 443 }, HOST)).toEqual(['a/b']);
  });
});
