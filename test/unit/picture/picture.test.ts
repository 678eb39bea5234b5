import { describe, expect, test } from '@jest/globals';
import type { HTTPRoute } from '../../../src/istio/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';
import { pictureOf } from '../../../src/picture/picture.ts';
import { route, to, virtualService } from '../istio/builders.ts';
import { clone, deployment, noted, routes, rule, SETTINGS, service, simple } from './objects.ts';

const drawn = (objects: readonly KubeObject[]) => pictureOf(objects, SETTINGS);
const short = (id: string) => id.replaceAll('.shop.svc.cluster.local', '').replaceAll('shop/', '');
/** The edges as `from -kind-> to: labels`, and the problems. */
const arrows = (objects: readonly KubeObject[]) =>
  drawn(objects).edges.map(
    ({ from, to: end, kind, labels, env, problems }) =>
      `${short(from)} -${env ?? kind}-> ${short(end)}: ${[...labels, ...problems.map((text) => `! ${text}`)].join('; ')}`,
  );
const boxes = (objects: readonly KubeObject[]) =>
  drawn(objects).nodes.map(
    ({ id, parent, problems }) =>
      `${parent ? `${short(parent)} > ` : ''}${short(id)}${problems.map((text) => ` ! ${text}`).join('')}`,
  );

test('a Service contains its versions and its VirtualService; routes with the same destination are one edge', () => {
  const reports: HTTPRoute = { match: [{ uri: { prefix: '/r' } }], route: [to('a', 'shared')] };
  const [first, ...rest] = simple('a', 'alice');
  const objects = [
    first,
    ...rest.slice(0, -1),
    routes('a', reports, route('a', 'shared')),
  ] as KubeObject[];
  expect(boxes(objects)).toEqual([
    'namespace shop',
    'namespace shop > service a',
    'service a > version a Deployment a',
    'service a > version a Deployment a-alice',
    'service a > virtualservice a',
  ]);
  expect(arrows(objects)).toEqual([
    'virtualservice a -route-> version a Deployment a: uri^=/r; everything',
  ]);
  expect(arrows(simple('a', 'alice'))).toEqual([
    'virtualservice a -alice-> version a Deployment a-alice: user=alice',
    'virtualservice a -route-> version a Deployment a: everything',
  ]);
});

describe('where a destination leads', () => {
  const base = (...http: HTTPRoute[]) => [
    service('a'),
    deployment('a', 'a', 'shared'),
    rule('a', 'shared', 'v9'),
    routes('a', ...http),
  ];
  const cases: [string, KubeObject[], string[]][] = [
    [
      'a subset that no rule has: 503',
      base(route('a', 'v2')),
      ['virtualservice a -route-> absent a v2: everything'],
    ],
    [
      'a subset without pods',
      base(route('a', 'v9')),
      ['virtualservice a -route-> absent a v9: everything'],
    ],
    [
      'no subset, one Deployment: to this Deployment',
      base(route('a')),
      ['virtualservice a -route-> version a Deployment a: everything'],
    ],
    [
      'no subset, several Deployments: to all of them',
      [...base(route('a')), clone('a', 'alice')],
      ['virtualservice a -route-> every a: everything'],
    ],
    [
      'the full name, and the name without the cluster domain',
      base(route('a.shop.svc.cluster.local', 'shared'), route('a.shop.svc'), route('a.shop')),
      ['virtualservice a -route-> version a Deployment a: everything'],
    ],
    [
      'another host',
      base(route('example.net')),
      ['virtualservice a -route-> outside example.net : everything'],
    ],
    [
      'shares',
      base({
        route: [
          { ...to('a', 'shared'), weight: 3 },
          { ...to('b'), weight: 1 },
        ],
      }),
      [
        'virtualservice a -route-> version a Deployment a: everything (75 %)',
        'virtualservice a -route-> outside b : everything (25 %)',
      ],
    ],
    [
      'a redirect, and a mirror',
      base({ redirect: { uri: '/' } }, { ...route('a', 'shared'), mirror: { host: 'a' } }),
      [
        'virtualservice a -route-> redirect virtualservice a: everything',
        'virtualservice a -route-> version a Deployment a: everything',
        'virtualservice a -mirror-> version a Deployment a: copies',
      ],
    ],
  ];
  test.each(cases)('%s', (_, objects, expected) => {
    expect(arrows(objects)).toEqual(expected);
  });

  test('only a subset that no rule has is a problem', () => {
    const wrong = (name: string) =>
      drawn(base(route('a', name))).nodes.flatMap(({ problems }) => problems);
    expect(wrong('v9')).toEqual([]);
    expect(wrong('v2')).toEqual([
      'no DestinationRule of a.shop.svc.cluster.local has a subset v2: requests sent there get 503',
    ]);
  });
});

describe('where requests come from', () => {
  test('gateways, by their full names, with the hosts; not the mesh', () => {
    const vs = virtualService('shop/a', {
      hosts: ['a.example.com'],
      gateways: ['mesh', 'public', 'istio-system/other'],
      http: [route('a', 'shared')],
    });
    expect(arrows([...simple('a').slice(0, -1), vs]).slice(1)).toEqual([
      'gateway public -entry-> virtualservice a: a.example.com',
      'gateway istio-system/other -entry-> virtualservice a: a.example.com',
    ]);
  });

  test('pods that a match names', () => {
    const match = [{ sourceLabels: { app: 'robot' }, sourceNamespace: 'x' }];
    const objects = [
      ...simple('a').slice(0, -1),
      routes('a', { match, route: [to('a', 'shared')] }),
    ];
    expect(arrows(objects)).toContain('source app=robot in x -entry-> virtualservice a: ');
  });
});

test('delegates: an edge to the delegate; a missing delegate is a problem', () => {
  const root = virtualService('shop/root', {
    hosts: ['r'],
    http: [{ delegate: { name: 'a' } }, { delegate: { name: 'gone', namespace: 'other' } }],
  });
  const delegate = virtualService('shop/a', { http: [route('a', 'shared')] });
  const objects = [...simple('a').slice(0, -1), root, delegate];
  expect(arrows(objects)).toContain('virtualservice root -delegate-> virtualservice a: everything');
  expect(boxes(objects)).toContain(
    'virtualservice other/gone ! shop/root delegates to VirtualService other/gone, which does not exist',
  );
});

describe('problems', () => {
  const host = 'a.shop.svc.cluster.local';

  test('notes of the plan are at the VirtualService and at their routes', () => {
    const unguarded = {
      env: 'alice',
      host,
      state: 'unguarded',
      message: 'name the subset',
    } as const;
    const shadowed = { env: 'alice', host, state: 'shadowed', message: 'bob first' } as const;
    const objects = simple('a', 'alice');
    const vs = noted(
      routes('a', { match: [{}], route: [to('a', 'alice')] }, route('a')),
      unguarded,
      shadowed,
    );
    const all = [...objects.slice(0, -1), vs];
    expect(arrows(all)).toEqual([
      'virtualservice a -alice-> version a Deployment a-alice: everything; ! alice: shadowed: bob first',
      'virtualservice a -route-> every a: everything; ! name the subset',
    ]);
    expect(boxes(all)).toContain(
      'service a > virtualservice a ! name the subset ! alice: shadowed: bob first',
    );
  });

  test('a base without pods', () => {
    const [first, base, ...rest] = simple('a') as [KubeObject, KubeObject, ...KubeObject[]];
    expect(boxes([first, { ...base, status: {} } as KubeObject, ...rest])).toContain(
      'service a > version a Deployment a ! has no ready pods',
    );
  });

  const status = (name: string, more: object) => ({
    state: 'degraded',
    match: 'user=alice',
    subsetsStatus: {
      [`shop/${name}`]: {
        deployment: { namespace: 'shop', name: `${name}-alice`, status: 'running' },
        ...more,
      },
    },
    conditions: [{ type: 'Ready', status: 'False', reason: 'X', message: 'because' }],
  });
  const env = (name: string, more: object) =>
    ({
      apiVersion: 'riskified.com/v1alpha1',
      kind: 'DynamicEnv',
      metadata: { name: 'alice' },
      spec: {},
      status: status(name, more),
    }) as unknown as KubeObject;
  const failed = { namespace: 'shop', name: 'a-alice', status: 'failed', message: 'no image' };
  const cases: [string, KubeObject[], string][] = [
    [
      'a clone that fails',
      [...simple('a', 'alice'), env('a', { deployment: failed })],
      'service a > version a Deployment a-alice ! failed: no image',
    ],
    [
      'a missing clone: in the box of its base',
      [...simple('a'), env('a', { deployment: { ...failed, status: 'missing' } })],
      'service a > absent service a alice a-alice ! missing: no image',
    ],
    [
      'a missing clone without a base: in its namespace',
      [...simple('b'), env('a', { deployment: { ...failed, status: 'missing' } })],
      'namespace shop > absent namespace shop alice a-alice ! missing: no image',
    ],
    [
      'a missing rule or VirtualService: at the Service that the status names',
      [
        ...simple('a', 'alice'),
        env('a', {
          destinationRules: [{ namespace: 'shop', name: 'a', message: 'no rule' }],
          virtualServices: [{ namespace: 'shop', name: 'gone', message: 'no rule' }],
        }),
      ],
      'namespace shop > service a ! alice: no rule',
    ],
    [
      'a VirtualService that cannot have routes',
      [
        ...simple('a', 'alice'),
        env('a', { virtualServices: [{ namespace: 'shop', name: 'a', message: 'ignored' }] }),
      ],
      'service a > virtualservice a ! alice: ignored',
    ],
    [
      'errors of the subset, each once',
      [
        ...simple('a', 'alice'),
        env('a', { subsetErrors: { subset: [{ error: 'x' }], deployment: [{ error: 'x' }] } }),
      ],
      'service a > version a Deployment a-alice ! x',
    ],
  ];
  test.each(cases)('%s', (_, objects, expected) => {
    expect(boxes(objects)).toContain(expected);
  });

  test('a missing rule is reported at the Service, and not again at each VirtualService', () => {
    const told = { namespace: 'shop', name: 'a', message: 'no rule' };
    const more = { destinationRules: [told], virtualServices: [told] };
    const { nodes } = drawn([...simple('a', 'alice'), env('a', more)]);
    const wrong = nodes.filter(({ problems }) => problems.length > 0);
    expect(wrong.map(({ kind }) => kind)).toEqual(['service']);
  });

  test('the status of the env, with its reason', () => {
    expect(drawn([env('a', {})]).envs).toEqual([
      { name: 'alice', state: 'degraded', match: 'user=alice', problems: ['because'] },
    ]);
  });
});

test('a clone without a Service is in the box of its namespace; other Deployments without a Service are omitted', () => {
  const objects = [deployment('worker', 'worker', 'shared'), clone('worker', 'alice')];
  expect(boxes(objects)).toEqual(['namespace shop', 'namespace shop > workload worker-alice']);
});

test('a VirtualService for several Services is beside them', () => {
  const vs = virtualService('shop/all', {
    hosts: ['all.example.com'],
    http: [route('a', 'shared'), route('b', 'shared')],
  });
  const objects = [...simple('a'), ...simple('b'), vs];
  expect(boxes(objects)).toContain('namespace shop > virtualservice all');
});
