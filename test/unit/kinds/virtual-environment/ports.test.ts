import { describe, expect, it } from '@jest/globals';
import type { Service } from '../../../../src/k8s/workload.ts';
import { httpPorts } from '../../../../src/kinds/virtual-environment/ports.ts';

type Port = { port: number; name?: string; appProtocol?: string; protocol?: string };

function portsOf(ports: Port[]): number[] {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports } };
  return httpPorts(service as Service);
}

describe('the HTTP ports of a Service', () => {
  it.each<[string, Partial<Port>, boolean]>([
    ['http', { name: 'http' }, true],
    ['a suffix', { name: 'http-admin' }, true],
    ['http2', { name: 'http2-x' }, true],
    ['grpc', { name: 'grpc' }, true],
    ['grpc-web', { name: 'grpc-web-x' }, true],
    ['https', { name: 'https' }, false],
    ['https with a suffix', { name: 'https-http' }, false],
    ['no hyphen', { name: 'httpx' }, false],
    ['tls', { name: 'tls' }, false],
    ['tcp', { name: 'tcp-http' }, false],
    ['no name', {}, false],
    ['UDP', { name: 'http', protocol: 'UDP' }, false],
    ['TCP', { name: 'http', protocol: 'TCP' }, true],
    ['appProtocol alone', { appProtocol: 'http' }, true],
    ['appProtocol before the name', { name: 'http', appProtocol: 'tcp' }, false],
    ['and the other way round', { name: 'tcp', appProtocol: 'grpc' }, true],
    ['in capitals', { appProtocol: 'HTTP2' }, true],
    ['h2c', { appProtocol: 'kubernetes.io/h2c' }, true],
    ['WebSocket', { appProtocol: 'kubernetes.io/ws' }, true],
    ['WebSocket with TLS', { name: 'http', appProtocol: 'kubernetes.io/wss' }, false],
    ['an unknown protocol', { name: 'http', appProtocol: 'example.com/x' }, false],
  ])('%s', (_, port, isHttp) => {
    expect(portsOf([{ port: 80, ...port }])).toEqual(isHttp ? [80] : []);
  });

  it('have the order of the Service', () => {
    const ports = [{ port: 81 }, { port: 9 }, { port: 80 }].map((port) => ({
      name: 'http',
      ...port,
    }));
    expect(portsOf(ports)).toEqual([81, 9, 80]);
  });
});
