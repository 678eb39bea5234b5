import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WAY_HEADER } from './bootstrap.ts';
import type { Echo } from './echo.ts';

export interface MeshRequest {
  method: string;
  /** What the caller writes as host, with a port or not. */
  authority: string;
  path: string;
  headers: Readonly<Record<string, string>>;
}

/** An answer, and what the proxy tells about its way; `undefined`: there is none. */
export interface Answer {
  status: number;
  /** From a pod; absent when the proxy answered itself. */
  echo?: Echo;
  body: string;
  location?: string;
  way: Way;
}

export interface Way {
  routeName?: string;
  /** `namespace/name`. */
  virtualService?: string;
  /** `outbound|80|v2|backend.shop.svc.cluster.local` */
  cluster?: string;
  /** Envoy's response code details, `via_upstream`. */
  details?: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 });

/** Sends a request to a port of 127.0.0.1 over HTTP/1.1. */
export async function send(port: number, request: MeshRequest): Promise<Answer> {
  const { method, path, authority, headers } = request;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { agent, host: '127.0.0.1', port, method, path, setHost: false };
    httpRequest({ ...options, headers: { host: authority, ...asSent(headers) } })
      .on('response', resolve)
      .on('error', reject)
      .end();
  });
  const body = await text(answer);
  const isEcho = answer.headers['content-type'] === 'application/json';
  const { location } = answer.headers;
  return {
    status: answer.statusCode ?? 0,
    ...(isEcho ? { echo: JSON.parse(body) as Echo } : {}),
    body: isEcho ? '' : body,
    ...(location === undefined ? {} : { location }),
    way: readWay(String(answer.headers[WAY_HEADER] ?? '')),
  };
}

/** As bytes of UTF-8: Node writes each character of a header as one byte, and refuses what is above. */
function asSent(headers: MeshRequest['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
  );
}

/** See WAY in bootstrap.ts. */
function readWay(header: string): Way {
  const [routeName, config, cluster, details] = header
    .split(';')
    .map((part) => (part === '-' ? '' : part));
  const [, namespace, name] =
    /\/namespaces\/([^/]+)\/virtual-service\/([^/]+)$/.exec(config ?? '') ?? [];
  return {
    ...(routeName ? { routeName } : {}),
    ...(name ? { virtualService: `${namespace}/${name}` } : {}),
    ...(cluster ? { cluster } : {}),
    ...(details ? { details } : {}),
  };
}
