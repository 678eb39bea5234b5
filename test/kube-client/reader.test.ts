import { rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { DEPLOYMENTS, MERGES, SERVICES } from '../../src/cli/common/cluster-kinds.ts';
import { openCluster } from '../../src/kube-client/open.ts';
import type { Reader } from '../../src/kube-client/reader.ts';
import { type FakeServer, type FakeServerOptions, fakeApiServer } from '../cli/lib/api-server.ts';
import { refusalOf } from '../cli/lib/in-process.ts';
import { configText, temporaryFolder, writeConfig } from '../cli/lib/kubeconfig.ts';
import { selfSigned } from '../http/lib/certificate.ts';

jest.setTimeout(30_000);

const folder = temporaryFolder();
let servers: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map(({ close }) => close()));
  servers = [];
});
afterAll(() => rmSync(folder, { recursive: true }));

async function open(
  options: FakeServerOptions,
  user?: object,
): Promise<{ reader: Reader; server: FakeServer }> {
  const server = await fakeApiServer(options);
  servers.push(server);
  const config = { server: server.url, ...(user && { user }) };
  const kubeconfig = writeConfig(folder, 'config', config);
  const { reader } = await openCluster({ kubeconfig, context: undefined }, {});
  return { reader, server };
}

const answering = (code: number, body: string) => ({
  answer: (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(code, { 'content-type': 'application/json' }).end(body),
});

test('which API groups the cluster serves: without a right on their objects', async () => {
  const { reader } = await open({ groups: ['istiomerger.monime.sl'], isDenied: () => true });
  const served = await Promise.all([...MERGES].map((resource) => reader.serves(resource)));
  expect(served).toEqual([true, false]);
});

describe('what a list returns', () => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'shop' } };

  test('items of built-in kinds get their kind; only the requested namespace is read', async () => {
    const elsewhere = { ...service, metadata: { name: 'b', namespace: 'far' } };
    const { reader, server } = await open({ objects: [service, elsewhere] });
    expect(await reader.list(SERVICES, { namespace: 'shop' })).toEqual({ objects: [service] });
    expect(await reader.get(SERVICES, 'a', 'shop')).toEqual({ object: service });
    expect(await reader.get(SERVICES, 'b', 'shop')).toEqual({ object: undefined });
    expect(server.asked).toEqual([
      'list services shop',
      'get services shop a',
      'get services shop b',
    ]);
  });

  test('lists in pages are read to the end', async () => {
    const objects = ['a', 'b', 'c'].map((name) => ({
      ...service,
      metadata: { name, namespace: 'shop' },
    }));
    const { reader, server } = await open({ objects, pageSize: 1 });
    expect(await reader.list(SERVICES)).toEqual({ objects });
    expect(server.asked).toHaveLength(3);
  });

  test('a forbidden request is returned as data', async () => {
    const { reader } = await open({ isDenied: () => true });
    const denied = { resource: 'deployments.apps', isNamespaced: true, user: 'jane' };
    expect(await reader.list(DEPLOYMENTS)).toEqual({
      denied: { verb: 'list', namespace: undefined, ...denied },
    });
    expect(await reader.get(DEPLOYMENTS, 'a', 'shop')).toEqual({
      denied: { verb: 'get', namespace: 'shop', ...denied },
    });
  });

  test('a forbidden request without a user name', async () => {
    const { reader } = await open(answering(403, '{"kind":"Status","message":"no"}'));
    expect(await reader.list(SERVICES)).toEqual({
      denied: { verb: 'list', resource: 'services', namespace: undefined, isNamespaced: true },
    });
  });
});

describe('what ends the command with an error', () => {
  test.each<[string, number, string, string]>([
    [
      'no credentials',
      401,
      '{"kind":"Status"}',
      'does not accept the credentials of user "dev-user" in the kubeconfig: log in again',
    ],
    [
      'an error',
      500,
      '{"kind":"Status","message":"etcd is away"}',
      'answered 500 to list services: etcd is away',
    ],
    [
      'an endpoint that is not an API server',
      200,
      '<html>',
      'answered 200 to list services: without explanation',
    ],
  ])('%s', async (_, code, body, message) => {
    const { reader } = await open(answering(code, body));
    expect(await refusalOf(reader.list(SERVICES))).toMatch(message);
  });

  test('a server that cannot be reached', async () => {
    const { reader, server } = await open({});
    await server.close();
    expect(await refusalOf(reader.list(SERVICES))).toMatch(
      /^the API server http:\/\/127\.0\.0\.1:\d+ \(context dev\) cannot be reached: connect ECONNREFUSED/,
    );
    servers = [];
  });

  test('a login plugin that fails: the error has its output', async () => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: ['-e', 'console.error("session expired"); process.exit(1)'],
    };
    const { reader } = await open({}, { exec });
    expect(await refusalOf(reader.list(SERVICES))).toBe(
      'kubeconfig, user "dev-user": logging in failed: session expired',
    );
  });
});

describe('over TLS', () => {
  test('accepts the authority of the kubeconfig, refuses another one', async () => {
    const { cert, key } = selfSigned('localhost');
    const server = createServer({ cert, key }, (_, response) => {
      response.end('{"items":[]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const listed = async (authority: string) => {
      const config = JSON.parse(configText({ server: url }));
      config.clusters[0].cluster['certificate-authority-data'] =
        Buffer.from(authority).toString('base64');
      const kubeconfig = join(folder, 'secure');
      writeFileSync(kubeconfig, JSON.stringify(config));
      const { reader } = await openCluster({ kubeconfig, context: undefined }, {});
      return reader.list(SERVICES);
    };
    try {
      expect(await listed(cert)).toEqual({ objects: [] });
      expect(await refusalOf(listed(selfSigned('other').cert))).toMatch(
        /cannot be reached: .*certificate/,
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
