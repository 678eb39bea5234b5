import { describe, expect, test } from '@jest/globals';
import type { MeshIndex } from '../../../src/api/meshindex.ts';
import { isDetected, type Port, streamProtocol } from '../../../src/istio/port-protocol.ts';
import type { Service } from '../../../src/k8s/workload.ts';
import { encodeContent } from '../../../src/mesh/index-content.ts';
import { readMeshIndex } from '../../../src/mesh/index-read.ts';
import { keptIndex } from '../../support/mesh-index.ts';
import { deepFreeze, rule, service } from '../../support/objects.ts';

const [, object] = keptIndex('shop', [service('shop/b'), service('shop/a'), rule('shop/a')]);
const index = deepFreeze(object as MeshIndex);

const withSpec = (spec: object) => ({ ...index, spec: { ...index.spec, ...spec } });
const withMetadata = (metadata: object) => ({
  ...index,
  metadata: { ...index.metadata, ...metadata },
});
const owner = index.metadata.ownerReferences?.[0] ?? {
  apiVersion: '',
  kind: '',
  name: '',
  uid: '',
};

test('a namespace is read from its index', () => {
  expect(readMeshIndex('shop', index)).toEqual({
    namespace: 'shop',
    services: [service('shop/a'), service('shop/b')],
    rules: [rule('shop/a')],
  });
});

test('of a port, it is kept whether it is HTTP, is none, or may be anything', () => {
  const declared: Port[] = [
    { port: 80, name: 'http' },
    { port: 81, name: 'tcp-x' },
    { port: 82, name: 'amqp' },
    { port: 83, name: 'x', appProtocol: 'grpc' },
    { port: 84, protocol: 'UDP', name: 'dns' },
  ];
  const ports = (read: readonly Port[] | undefined) =>
    read?.map((port) => [port.port, streamProtocol(port), isDetected(port)]);
  const one = service('shop/a') as Service;
  const [, kept] = keptIndex('shop', [
    { ...one, spec: { ...one.spec, ports: declared } } as Service,
  ]);
  const read = readMeshIndex('shop', kept);
  const services = 'services' in read ? read.services : [];
  expect(ports(services[0]?.spec?.ports)).toEqual(ports(declared));
});

test.each([
  ['LoadBalancer', ['192.0.2.1']],
  ['NodePort', undefined],
  ['ExternalName', undefined],
])('of a Service of type %s, the way to it from outside is kept', (type, externalIPs) => {
  const spec = { selector: { app: 'a' }, type, ...(externalIPs && { externalIPs }) };
  const one = { ...service('shop/a'), spec } as Service;
  const [, kept] = keptIndex('shop', [one]);
  expect(readMeshIndex('shop', kept)).toMatchObject({ services: [one] });
});

test('an empty namespace is read, too', () => {
  const [, empty] = keptIndex('shop', []);
  expect(readMeshIndex('shop', empty)).toEqual({ namespace: 'shop', services: [], rules: [] });
});

describe('an index that cannot be used says why, and what to do', () => {
  const gzip = (value: unknown) =>
    encodeContent({ namespace: value as string, services: [], rules: [] });

  test.each<[string, object | undefined, string]>([
    [
      'none',
      undefined,
      'MeshIndex shop/mesh-index, through which this namespace is read, is missing',
    ],
    ['another format', withSpec({ format: 2 }), 'has format 2, and this version reads 1'],
    [
      'no format',
      withSpec({ format: undefined }),
      'has format undefined, and this version reads 1',
    ],
    ['no spec', { ...index, spec: undefined }, 'has format undefined, and this version reads 1'],
    ['no text', withSpec({ content: undefined }), 'cannot be read; delete it'],
    ['an empty text', withSpec({ content: '' }), 'cannot be read; delete it'],
    ['nonsense', withSpec({ content: 'nonsense' }), 'cannot be read; delete it'],
    [
      'the first half of the content',
      withSpec({ content: index.spec.content.slice(0, 40) }),
      'cannot be read',
    ],
    ['something else', withSpec({ content: gzip(7) }), 'cannot be read'],
    ['the index of another namespace', withSpec({ content: gzip('bank') }), 'cannot be read'],
    [
      "nobody's",
      withMetadata({ ownerReferences: [] }),
      'is not managed by Metacontroller; delete it',
    ],
    ['without owners', withMetadata({ ownerReferences: undefined }), 'is not managed by'],
    [
      'the index of another Namespace object',
      withMetadata({ ownerReferences: [{ ...owner, name: 'bank' }] }),
      'is not managed by',
    ],
    [
      'the index of another kind of owner',
      withMetadata({ ownerReferences: [{ ...owner, kind: 'Service' }] }),
      'is not managed by',
    ],
    [
      'the index of an owner that does not control it',
      withMetadata({ ownerReferences: [{ ...owner, controller: false }] }),
      'is not managed by',
    ],
    [
      'an index that its controller did not make',
      withMetadata({ annotations: {} }),
      'is not managed by',
    ],
    [
      'an index of another controller',
      withMetadata({ annotations: { 'metacontroller.k8s.io/decorator-controller': 'other' } }),
      'is not managed by',
    ],
  ])('%s', (_, found, problem) => {
    const read = readMeshIndex('shop', found as MeshIndex | undefined);
    expect(read).toEqual({ problem: expect.stringContaining(problem) });
  });
});
