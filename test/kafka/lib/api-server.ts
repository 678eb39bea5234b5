import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What `spec` of a Subscriber has. */
export interface SubscriberSpec {
  workload: string;
  services: string[];
  ref: string;
  incarnation: string;
  phase: 'Joining' | 'Live' | 'Leaving';
}

/** Stands in for an API server that has Subscribers and nothing else: real feeds list and watch here. */
export interface ApiServer {
  url: string;
  apply(name: string, spec: SubscriberSpec): void;
  remove(name: string): void;
  close(): Promise<void>;
}

const PATH = '/apis/riskified.com/v1alpha1/subscribers';
const TYPE = { apiVersion: 'riskified.com/v1alpha1', kind: 'Subscriber' };

export async function startApiServer(): Promise<ApiServer> {
  const objects = new Map<string, object>();
  const watches = new Set<ServerResponse>();
  let version = 1;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://api');
    if (pathname !== PATH) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json' });
    if (searchParams.get('watch') === 'true') {
      response.flushHeaders();
      watches.add(response);
      return response.on('close', () => watches.delete(response));
    }
    const metadata = { resourceVersion: `${version}` };
    const items = [...objects.values()];
    return response.end(JSON.stringify({ ...TYPE, kind: 'SubscriberList', metadata, items }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const tell = (type: string, object: object) => {
    for (const watch of watches) watch.write(`${JSON.stringify({ type, object })}\n`);
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apply: (name, spec) => {
      version += 1;
      const object = { ...TYPE, metadata: { name, resourceVersion: `${version}` }, spec };
      const type = objects.has(name) ? 'MODIFIED' : 'ADDED';
      objects.set(name, object);
      tell(type, object);
    },
    remove: (name) => {
      const object = objects.get(name);
      if (object === undefined) return;
      version += 1;
      objects.delete(name);
      tell('DELETED', object);
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
