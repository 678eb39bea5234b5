import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WAY_HEADER } from './bootstrap.ts';
import type { Echo } from './echo.ts';

export interface MeshRequest {
  method: string;
  /** The host as the caller writes it, with or without a port. */
  authority: string;
  path: string;
  headers: Readonly<Record<string, string>>;
}

/** A response, and what the proxy reports about its route. A field without a value is absent. */
export interface Answer {
  status: number;
  /** The pod's answer. It is absent when the proxy itself answered. */
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
  /** Envoy's response code details, such as `via_upstream`. */
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

/**
 * Encodes headers as UTF-8 bytes: Node writes each character of a header as one byte, and refuses characters above
 * 0xff.
 */
function asSent(headers: MeshRequest['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
  );
}

/** See WAY_HEADER in bootstrap.ts. */
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
