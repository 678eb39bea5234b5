import { expect, test } from '@jest/globals';
import { meshLeaks } from '../../../src/istio/mesh-leak.ts';
import type { Port } from '../../../src/istio/port-protocol.ts';
import type { HTTPMatchRequest, VirtualServiceSpec } from '../../../src/istio/types.ts';
import { routeTo, virtualService } from '../../support/objects.ts';

const HOST = 'web.shop.svc.cluster.local';
const TWO: Port[] = [
  { port: 80, name: 'http' },
  { port: 81, name: 'grpc-web' },
];
const WITH_TCP: Port[] = [
  { port: 80, name: 'http' },
  { port: 9, name: 'tcp' },
];
const BROKER: Port[] = [
  { port: 5672, name: 'amqp' },
  { port: 15672, name: 'http-management' },
];
const when = (...match: HTTPMatchRequest[]) => routeTo('web', 'shared', { match });
const tcp = (match?: object[]) => ({ route: [{ destination: { host: 'web' } }], match });

const leak = (ports: Port[], ...specs: Partial<VirtualServiceSpec>[]) =>
  meshLeaks(
    specs.map((spec) => virtualService('shop/web', spec)),
    'cluster.local',
  )(HOST, ports);

test.each<[string, Port[], ...Partial<VirtualServiceSpec>[]]>([
  ['one route', TWO, {}],
  ['the mesh among the gateways', TWO, { gateways: ['infra/public', 'mesh'] }],
  ['the full host', TWO, { hosts: [HOST] }],
  ['the host in another case', TWO, { hosts: ['Web'] }],
  ['a wildcard', TWO, { hosts: ['*.shop.svc.cluster.local'] }],
  ['a wildcard of everything', [], { hosts: ['*'] }],
  ['exported to all', TWO, { exportTo: ['*'] }],
  [
    'conditions on requests: those that match none get 404',
    TWO,
    { http: [when({ method: { exact: 'GET' } })] },
  ],
  ['a route for each port', TWO, { http: [when({ port: 80 }), when({ port: 81 })] }],
  ['both in one route', TWO, { http: [when({ port: 80 }, { port: 81, gateways: ['mesh'] })] }],
  [
    'a route for everybody behind one for some',
    TWO,
    { http: [when({ sourceLabels: { a: 'b' } }), routeTo('web', 'shared')] },
  ],
  ['a tcp route', WITH_TCP, { tcp: [tcp()] }],
  ['the only port, which has no name', [{ port: 80 }], {}],
  ['the only port, whose name is no protocol', [{ port: 80, name: 'web' }], {}],
  ['a detected port and a tcp route', BROKER, { tcp: [tcp([{ port: 5672 }])] }],
  ['a detected port and a tcp route for all', BROKER, { tcp: [tcp()] }],
  [
    'a detected port that an http route names',
    BROKER,
    { http: [when({ port: 5672 }), when({ port: 15672 })] },
  ],
  [
    'ports that appProtocol declares',
    [
      { port: 80, name: 'web', appProtocol: 'http' },
      { port: 81, name: 'api', appProtocol: 'kubernetes.io/h2c' },
    ],
    {},
  ],
  ['a tcp route of that port', WITH_TCP, { tcp: [tcp([{ port: 9 }])] }],
  [
    'another VirtualService',
    TWO,
    { http: [when({ port: 80 })] },
    { hosts: [HOST], http: [when({ port: 81 })] },
  ],
])('every sidecar has a route: %s', (_, ports, ...specs) => {
  expect(leak(ports, ...specs)).toBeUndefined();
});

const NOT_MESH = `no VirtualService for ${HOST} is bound to the gateway mesh`;
const SOME = `for some requests to ${HOST}`;
test.each<[string, string, Port[], ...Partial<VirtualServiceSpec>[]]>([
  ['no VirtualService', NOT_MESH, []],
  ['for a gateway', NOT_MESH, [], { gateways: ['infra/public'] }],
  ['for another host', NOT_MESH, [], { hosts: ['other', '*.other.svc.cluster.local'] }],
  ['a delegate', NOT_MESH, [], { hosts: [] }],
  ['not exported', 'is for requests of some namespaces only', [], { exportTo: ['.', 'mail'] }],
  ['for callers with a label', SOME, [], { http: [when({ sourceLabels: { a: 'b' } })] }],
  ['for callers of a namespace', SOME, [], { http: [when({ sourceNamespace: 'mail' })] }],
  ['for requests at a gateway', SOME, [], { http: [when({ gateways: ['infra/public'] })] }],
  ['for one port of two', `${SOME}, port 81`, TWO, { http: [when({ port: 80 })] }],
  ['for a port, if ports are not known', SOME, [], { http: [when({ port: 80 })] }],
  ['no http routes', SOME, [], { http: [], tcp: [tcp()] }],
  ['a tcp port', `${HOST}, port 9 (tcp)`, WITH_TCP, {}],
  ['a detected port beside another', `each connection to ${HOST}, port 5672,`, BROKER, {}],
  [
    'two detected ports: both are named',
    'port 9092, 9093, whether',
    [
      { port: 9092, name: 'plaintext' },
      { port: 9093, name: 'controller' },
    ],
    {},
  ],
  [
    'a detected port, and a tcp route of another one',
    `each connection to ${HOST}, port 5672,`,
    BROKER,
    { tcp: [tcp([{ port: 15672 }])] },
  ],
  [
    'a detected port, and an http route that names the other one',
    'port 5672',
    BROKER,
    { http: [when({ port: 15672 }), routeTo('web', 'shared')] },
  ],
  ['a tcp route of another port', 'port 9 (tcp)', WITH_TCP, { tcp: [tcp([{ port: 8 }])] }],
  [
    'a tcp route for some addresses',
    'port 9 (tcp)',
    WITH_TCP,
    { tcp: [tcp([{ destinationSubnets: ['10.0.0.0/8'] }])] },
  ],
])('some sidecars may send to all pods: %s', (_, text, ports, ...specs) => {
  expect(leak(ports, ...specs)).toContain(text);
});
