import { describe, expect, test } from '@jest/globals';
import { readCalls } from '../../../src/cli/trace/calls.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { pictureOf } from '../../../src/picture/picture.ts';
import { meshSnapshot } from '../../../src/trace/mesh-snapshot.ts';
import { trace } from '../../../src/trace/trace.ts';
import type { Caller } from '../../../src/trace/types.ts';
import { route, to, virtualService } from '../istio/builders.ts';
import { clone, deployment, envRoute, routes, rule, SETTINGS, service, simple } from './objects.ts';

const POD: Caller = { kind: 'pod', gateway: 'mesh', namespace: 'shop', labels: {} };
const GATEWAY: Caller = { kind: 'gateway', gateway: 'shop/public', namespace: 'shop', labels: {} };

function walked(objects: readonly KubeObject[], urls: string, user = 'alice', caller = POD) {
  const calls = readCalls(urls.split(' '), [`user: ${user}`]);
  const answer = trace(calls, caller, meshSnapshot(objects, 'cluster.local'), []);
  return pictureOf(objects, SETTINGS, answer);
}

const short = (id: string) => id.replaceAll('.shop.svc.cluster.local', '').replaceAll('shop/', '');
const way = (...given: Parameters<typeof walked>) =>
  walked(...given)
    .edges.filter(({ hops }) => hops.length > 0)
    .flatMap(({ from, to: end, hops }) =>
      hops.map((hop) => `${hop}: ${short(from)} → ${short(end)}`),
    )
    .sort();

const SHOP = [...simple('a'), ...simple('b', 'alice')];

test('through VirtualServices to the pods, and from there to the next hop; matching requests go to the clone', () => {
  expect(way(SHOP, 'http://a.shop/ http://b.shop/')).toEqual([
    '1: request → virtualservice a',
    '1: virtualservice a → version a Deployment a',
    '2: version a Deployment a → virtualservice b',
    '2: virtualservice b → version b Deployment b-alice',
  ]);
  expect(way(SHOP, 'http://b.shop/', 'somebody')).toEqual([
    '1: request → virtualservice b',
    '1: virtualservice b → version b Deployment b',
  ]);
});

test('existing edges are used and not drawn twice', () => {
  const { edges } = walked(SHOP, 'http://b.shop/');
  const ends = edges.map(({ from, to: end }) => `${from} → ${end}`);
  expect(new Set(ends).size).toBe(ends.length);
  expect(edges.filter(({ kind }) => kind === 'way').map(({ from }) => from)).toEqual(['request']);
});

test('the request has its text, and each hop has its result', () => {
  const { nodes, hops } = walked(SHOP, 'http://b.shop/ http://gone.shop/', 'alice', {
    ...POD,
    workload: 'Deployment shop/a',
  });
  expect(nodes.find(({ kind }) => kind === 'request')).toMatchObject({
    title: 'GET http://b.shop/',
    details: ['user: alice', 'from Deployment shop/a'],
  });
  expect(hops.map(({ isReached }) => isReached)).toEqual([true, false]);
  expect(hops[0]?.text).toBe('GET http://b.shop/: to Deployment shop/b-alice');
});

describe('other paths', () => {
  const base = [service('a'), deployment('a', 'a', 'shared'), rule('a', 'shared')];
  const gateway = virtualService('shop/out', {
    hosts: ['a.example.com'],
    gateways: ['public'],
    http: [route('a', 'shared')],
  });
  const root = virtualService('shop/root', {
    hosts: ['a'],
    http: [{ delegate: { name: 'leaf' } }],
  });
  const leaf = virtualService('shop/leaf', { http: [route('a', 'shared')] });
  const cases: [string, Parameters<typeof walked>, string[]][] = [
    ['no VirtualService', [base, 'http://a.shop/'], ['1: request → version a Deployment a']],
    [
      'no subset: all pods',
      [[...base, clone('a', 'alice'), routes('a', route('a'))], 'http://a.shop/'],
      ['1: request → virtualservice a', '1: virtualservice a → every a'],
    ],
    [
      'no VirtualService, several versions: to each',
      [[...base, clone('a', 'alice')], 'http://a.shop/'],
      ['1: request → version a Deployment a', '1: request → version a Deployment a-alice'],
    ],
    [
      'a subset that is not there',
      [[...base, routes('a', route('a', 'v2'))], 'http://a.shop/'],
      ['1: request → virtualservice a', '1: virtualservice a → absent a v2'],
    ],
    [
      'shares: to each destination',
      [
        [
          ...base,
          clone('a', 'alice'),
          rule('a', 'shared', 'alice'),
          routes('a', {
            route: [
              { ...to('a', 'shared'), weight: 1 },
              { ...to('a', 'alice'), weight: 1 },
            ],
          }),
        ],
        'http://a.shop/',
      ],
      [
        '1: request → virtualservice a',
        '1: virtualservice a → version a Deployment a',
        '1: virtualservice a → version a Deployment a-alice',
      ],
    ],
    [
      'no route matches: the result says so',
      [[...base, routes('a', envRoute('a', 'bob'))], 'http://a.shop/'],
      ['1: request → virtualservice a', '1: virtualservice a → end 1'],
    ],
    [
      'a redirect',
      [[...base, routes('a', { redirect: { uri: '/x' } })], 'http://a.shop/'],
      ['1: request → virtualservice a', '1: virtualservice a → redirect virtualservice a'],
    ],
    [
      'through a gateway',
      [[...base, gateway], 'http://a.example.com/', 'alice', GATEWAY],
      [
        '1: gateway public → virtualservice out',
        '1: request → gateway public',
        '1: virtualservice out → version a Deployment a',
      ],
    ],
    [
      'through a delegate',
      [[...base, root, leaf], 'http://a.shop/'],
      [
        '1: request → virtualservice root',
        '1: virtualservice leaf → version a Deployment a',
        '1: virtualservice root → virtualservice leaf',
      ],
    ],
    [
      'nothing after a result without pods',
      [[...base, routes('a', envRoute('a', 'bob'))], 'http://a.shop/ http://a.shop/'],
      ['1: request → virtualservice a', '1: virtualservice a → end 1'],
    ],
  ];
  test.each(cases)('%s', (_, given, expected) => {
    expect(way(...given)).toEqual(expected);
  });

  test('the result of a request that no pod answers is a problem, with what the caller gets', () => {
    const { nodes } = walked([...base, routes('a', envRoute('a', 'bob'))], 'http://a.shop/');
    const end = nodes.find(({ id }) => id === 'end 1');
    expect(end?.title).toBe('404');
    expect(end?.problems).toHaveLength(1);
  });
});

test('of many Services, those on the path are drawn in full', () => {
  const many = Array.from({ length: 13 }, (_, index) => simple(`s${index}`)).flat();
  const { nodes } = walked(many, 'http://s3.shop/ http://s7.shop/');
  const whole = nodes.filter(({ kind }) => kind === 'service').map(({ title }) => title);
  expect(whole).toEqual(['s3', 's7']);
});
