import { expect, test } from '@jest/globals';
import { type Port, streamProtocol } from '../../../src/istio/port-protocol.ts';

/** istio `pkg/config/kube/conversion_test.go` has the same cases. */
test.each<[Omit<Port, 'port'> & { port?: number }, string | undefined]>([
  [{}, undefined],
  [{ name: 'http' }, undefined],
  [{ name: 'http-api' }, undefined],
  [{ name: 'grpc-web-x' }, undefined],
  [{ name: 'metrics' }, undefined],
  [{ name: 'tcp' }, 'tcp'],
  [{ name: 'TCP-x' }, 'tcp'],
  [{ name: 'tcpx' }, undefined],
  [{ name: 'https-x' }, 'https'],
  [{ name: 'tcp', appProtocol: 'http' }, undefined],
  [{ name: 'http', appProtocol: 'redis' }, 'redis'],
  [{ name: 'tcp', appProtocol: 'kubernetes.io/h2c' }, undefined],
  [{ appProtocol: 'kubernetes.io/wss' }, 'https'],
  [{ name: 'http', protocol: 'UDP' }, 'udp'],
  [{ name: 'http', protocol: 'SCTP' }, 'sctp'],
  [{ port: 3306 }, 'tcp'],
  [{ port: 3306, name: 'http-admin' }, undefined],
  [{ port: 3306, name: 'data' }, 'tcp'],
])('%j is %s', (port, expected) => {
  expect(streamProtocol({ port: 80, ...port })).toBe(expected);
});
