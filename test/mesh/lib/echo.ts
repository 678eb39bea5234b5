import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { createServer as createTcpServer, type Socket } from 'node:net';
import type { Pod, PodContainer } from '../../e2e/control-plane/pods.ts';

/** The port on which every pod listens. */
const POD_PORT = 8080;

/** Request header: the pod delays its answer by this many milliseconds. */
export const DELAY_HEADER = 'x-delay-ms';

/** A pod's answer to any request, as JSON. */
export interface Echo {
  pod: string;
  namespace: string;
  /** Labels of the pod. Most tests read only `version`. */
  labels: Readonly<Record<string, string>>;
  /** Image of its first container. */
  image: string;
  /** Variables of its first container that have values in the pod's spec; absent: none. */
  variables?: Readonly<Record<string, string>>;
  protocol: string;
  method: string;
  host: string;
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What the next service answered, if the pod calls one. */
  next?: { status: number; echo?: Echo };
}

/** Calls the next service while a pod answers. Undefined: the pod calls none. */
export type CallNext = (
  caller: Identity,
  request: Pick<IncomingMessage, 'url' | 'rawHeaders'>,
) => Promise<NonNullable<Echo['next']>> | undefined;

/** The facts about a pod that its answers contain. */
export type Identity = Pick<Echo, 'pod' | 'namespace' | 'labels' | 'image' | 'variables'>;

const noNext: CallNext = () => undefined;

type AnyRequest = IncomingMessage | Http2ServerRequest;
type AnyResponse = ServerResponse | Http2ServerResponse;

export function identityOf({ metadata, spec }: Pod): Identity {
  return {
    pod: metadata.name,
    namespace: metadata.namespace,
    labels: metadata.labels ?? {},
    image: spec.containers[0]?.image ?? '',
    ...variablesOf(spec.containers[0]),
  };
}

function variablesOf(container: PodContainer | undefined): Pick<Identity, 'variables'> {
  const valued = (container?.env ?? []).filter(({ value }) => value !== undefined);
  if (valued.length === 0) return {};
  return { variables: Object.fromEntries(valued.map(({ name, value = '' }) => [name, value])) };
}

/** Serves the requests to a pod until the returned function is called. It is passed to `startPods` as `serve`. */
export function servePod(
  pod: Pod,
  address: string,
  callNext: CallNext = noNext,
): Promise<() => Promise<void>> {
  return serveEcho(identityOf(pod), address, POD_PORT, callNext);
}

/**
 * An echo server for HTTP/1.1 and HTTP/2 without TLS on the same port. The returned function closes it: it refuses new
 * connections at once, closes idle connections, and closes each busy connection after its answer.
 */
export async function serveEcho(
  identity: Identity,
  address: string,
  port: number,
  callNext: CallNext = noNext,
): Promise<() => Promise<void>> {
  const connections = trackConnections();
  const answer = (request: AnyRequest, response: AnyResponse) => {
    connections.began(request, response);
    const delay = Number(request.headers[DELAY_HEADER] ?? 0);
    const reply = async () => {
      const next = await callNext(identity, request);
      send(response, { ...echo(identity, request), ...(next ? { next } : {}) });
    };
    // The answer is sent after the whole body was received.
    request.on('end', () => (delay > 0 ? setTimeout(reply, delay) : reply())).resume();
  };
  const http1 = createServer({ keepAlive: true }, answer);
  // Envoy keeps connections open for a long time. The server must not close them before Envoy does.
  http1.keepAliveTimeout = 3_600_000;
  http1.headersTimeout = 0;
  http1.requestTimeout = 0;
  const http2 = createHttp2Server(answer);
  const server = createTcpServer((socket) => {
    connections.opened(socket);
    handOver(socket, http1, http2, connections.session);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, 1024, resolve);
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      connections.end();
    });
}

/** Passes a connection to the HTTP/2 server if its first bytes are `PRI`, and to the HTTP/1 server otherwise. */
function handOver(
  socket: Socket,
  http1: HttpServer,
  http2: ReturnType<typeof createHttp2Server>,
  onSession: (socket: Socket, session: ServerHttp2Session) => void,
): void {
  socket.on('error', () => socket.destroy());
  socket.once('data', (chunk) => {
    socket.pause();
    socket.unshift(chunk);
    if (chunk.toString('latin1', 0, 3) === 'PRI') {
      // The `emit` on the next line causes this event.
      http2.once('session', (session) => onSession(socket, session));
      http2.emit('connection', socket);
    } else {
      http1.emit('connection', socket);
      process.nextTick(() => socket.resume());
    }
  });
}

function trackConnections() {
  const sockets = new Map<Socket, { busy: number; session?: ServerHttp2Session }>();
  let ending = false;
  const endIfIdle = (socket: Socket) => {
    const connection = sockets.get(socket);
    if (connection?.session) connection.session.close();
    else if (connection?.busy === 0) socket.end();
  };
  return {
    opened: (socket: Socket) => {
      sockets.set(socket, { busy: 0 });
      socket.on('close', () => sockets.delete(socket));
    },
    session: (socket: Socket, session: ServerHttp2Session) => {
      const connection = sockets.get(socket);
      if (connection) connection.session = session;
    },
    began: (request: AnyRequest, response: AnyResponse) => {
      if (request.httpVersionMajor > 1) return;
      const { socket } = request as IncomingMessage;
      const connection = sockets.get(socket);
      if (!connection) return;
      connection.busy += 1;
      response.on('close', () => {
        connection.busy -= 1;
        if (ending) endIfIdle(socket);
      });
    },
    end: () => {
      ending = true;
      for (const socket of sockets.keys()) endIfIdle(socket);
    },
  };
}

function echo(identity: Identity, request: AnyRequest): Echo {
  return {
    ...identity,
    protocol: `HTTP/${request.httpVersion}`,
    method: request.method ?? '',
    host: String(request.headers.host ?? request.headers[':authority'] ?? ''),
    path: request.url ?? '',
    headers: request.headers,
  };
}

function send(response: AnyResponse, body: Echo): void {
  response.setHeader('content-type', 'application/json');
  (response as ServerResponse).end(JSON.stringify(body));
}
