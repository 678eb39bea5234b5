import { expect, it } from '@jest/globals';
import { subsetsByHost, subsetsOf } from '../../../../src/kinds/virtual-environment/in-use.ts';

const HOST = { name: 'app', namespace: 'shop', clusterDomain: 'cluster.local' };
const used = (spec: unknown) =>
  [
    ...subsetsOf(
      subsetsByHost([
        { apiVersion: 'v1', kind: 'VirtualService', metadata: { name: 'x' }, spec } as never,
      ]),
      HOST,
    ),
  ].sort();
const to = (host: string, subset: string) => ({ destination: { host, subset } });

it.each<[string, unknown, string[]]>([
  ['nothing', undefined, []],
  ['a spec of another shape', 'http', []],
  ['http routes', { http: [{ route: [to('app', 'a'), to('app', 'b')] }] }, ['a', 'b']],
  [
    'tcp and tls routes',
    { tcp: [{ route: [to('app', 'a')] }], tls: [{ route: [to('app', 'b')] }] },
    ['a', 'b'],
  ],
  [
    'mirrors',
    { http: [{ mirror: { host: 'app', subset: 'a' }, mirrors: [to('app', 'b')] }] },
    ['a', 'b'],
  ],
  [
    'each way to write the host',
    {
      http: [
        {
          route: ['app', 'app.shop', 'app.shop.svc', 'app.shop.svc.cluster.local'].map((host, i) =>
            to(host, String(i)),
          ),
        },
      ],
    },
    ['0', '1', '2', '3'],
  ],
  [
    'other hosts',
    {
      http: [{ route: [to('other', 'a'), to('app.other', 'b'), to('app.shop.svc.example', 'c')] }],
    },
    [],
  ],
  ['a destination without a subset', { http: [{ route: [{ destination: { host: 'app' } }] }] }, []],
])('%s', (_, spec, expected) => {
  expect(used(spec)).toEqual(expected);
});
