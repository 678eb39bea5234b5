import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { pageOf } from './objects.ts';

/** What the next lists get instead of an answer. */
export type Fault =
  | { status: number; text: string }
  | 'hang'
  | 'cut'
  /** Every further page is answered with 410. */
  | 'expire';

export interface FakeApiServer {
  url: string;
  /** The state that is listed. */
  items: unknown[];
  resourceVersion: number;
  /** Objects in a page, at most. */
  pageSize: number;
  fault: Fault | undefined;
  /** Instead of a watch. */
  watchStatus: number | undefined;
  /** URLs of all requests, and the credentials that they came with. */
  requests: { url: URL; authorization: string | undefined }[];
  /** How many lists are answered at this moment, at most. */
  mostAtOnce: number;
  /** Sends this to all open watches. */
  tell(text: string): void;
  watches(): number;
  /** Ends all open watches, without a word if `isBroken`. */
  endWatches(isBroken: boolean): void;
  /** Replaces the state, and tells the watches. */
  change(items: unknown[]): void;
  config(): KubeConfig;
  close(): Promise<void>;
}

/** A small API server on loopback that knows Subscribers only. */
export async function startFakeApiServer(): Promise<FakeApiServer> {
  const open = new Set<ServerResponse>();
  let lists = 0;
  const onList = (url: URL, response: ServerResponse) => {
    lists += 1;
    fake.mostAtOnce = Math.max(fake.mostAtOnce, lists);
    response.once('close', () => {
      lists -= 1;
    });
    answerList(fake, url, response);
  };
  const onWatch = (response: ServerResponse) => {
    if (fake.watchStatus !== undefined) {
      response.writeHead(fake.watchStatus).end('{}');
      return;
    }
    open.add(response);
    response.once('close', () => open.delete(response));
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  };
  const server = createServer((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? '', 'http://fake');
    fake.requests.push({ url, authorization: request.headers.authorization });
    if (url.searchParams.get('watch') === 'true') onWatch(response);
    else onList(url, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: FakeApiServer = {
    url,
    items: [],
    resourceVersion: 1,
    pageSize: 500,
    fault: undefined,
    watchStatus: undefined,
    requests: [],
    mostAtOnce: 0,
    tell: (text) => {
      for (const response of open) response.write(text);
    },
    watches: () => open.size,
    endWatches: (isBroken) => {
      for (const response of open) {
        if (isBroken) response.destroy();
        else response.end();
      }
    },
    change: (items) => {
      fake.items = items;
      fake.resourceVersion += 1;
      fake.tell('{"type":"MODIFIED","object":{}}\n');
    },
    config: () => configOf(url),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}

function answerList(fake: FakeApiServer, url: URL, response: ServerResponse): void {
  const { fault } = fake;
  const next = url.searchParams.get('continue');
  if (fault === 'hang') return;
  if (typeof fault === 'object') {
    response.writeHead(fault.status).end(fault.text);
  } else if (fault === 'expire' && next !== null) {
    response.writeHead(410).end(JSON.stringify({ message: 'expired' }));
  } else {
    const text = pageFrom(fake, Number(next ?? 0), Number(url.searchParams.get('limit')));
    if (fault !== 'cut') {
      response.end(text);
      return;
    }
    response.writeHead(200, { 'content-length': text.length });
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  }
}

function pageFrom(fake: FakeApiServer, from: number, limit: number): string {
  const { items, pageSize, resourceVersion } = fake;
  const to = from + Math.min(pageSize, limit);
  return pageOf(items.slice(from, to), `${resourceVersion}`, to < items.length ? `${to}` : '');
}

function configOf(server: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'fake', server, skipTLSVerify: true },
    { name: 'feed', token: 'secret' },
  );
  return config;
}
