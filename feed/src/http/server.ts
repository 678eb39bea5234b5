import type { Server } from 'node:http';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { MOST_WAIT_MS } from '../times.ts';

/** Of request line and headers together; a poll has some 300 bytes. */
const MOST_HEADER_BYTES = 8 * 1024;
const HEADERS_MS = 5_000;
/** Node checks its time-outs this often, by default every 30 s. */
const CHECK_MS = 1_000;
/** Longer than clients keep an idle connection, so that they are the ones to close it. */
const IDLE_MS = 100_000;
/** From a request's headers to the last byte of its answer: a client that does not read keeps the answer in our memory. */
const EXCHANGE_MS = MOST_WAIT_MS + 10_000;
/** After some minutes of polling a client connects anew. Else all would stay with one replica after a restart of the other. */
const MOST_REQUESTS_OF_CONNECTION = 50;
/** Connections beside those of held polls: probes, metrics, idle ones. */
const MORE_CONNECTIONS = 256;
const MOST_OF_URL = 200;

export interface ServerOptions {
  mostPolls: number;
  logger?: FastifyBaseLogger;
}

/** An HTTP server with limits, and with JSON errors. Listens nowhere yet. */
export function buildServer({ mostPolls, logger }: ServerOptions): FastifyInstance {
  const app = Fastify({
    keepAliveTimeout: IDLE_MS,
    requestTimeout: HEADERS_MS,
    maxRequestsPerSocket: MOST_REQUESTS_OF_CONNECTION,
    // Nobody has a body to send.
    bodyLimit: 1024,
    exposeHeadRoutes: false,
    logController: new LogController({ disableRequestLogging: true }),
    http: {
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: CHECK_MS,
    },
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
  });
  limitConnections(app.server, mostPolls + MORE_CONNECTIONS);
  app.setNotFoundHandler((request, reply) => {
    const asked = `${request.method} ${request.url.slice(0, MOST_OF_URL)}`;
    return reply.code(404).send({ error: `${asked}: not found; ask GET /v1/live` });
  });
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const code = error.statusCode ?? 500;
    if (code >= 500) request.log.error(error);
    return reply.code(code).send({ error: error.message });
  });
  endConnectionsOnClose(app);
  return app;
}

/** When a connection is refused, idle ones are closed, so that the next attempt finds room. */
function limitConnections(server: Server, most: number): void {
  server.maxConnections = most;
  server.on('drop', () => server.closeIdleConnections());
  server.on('request', ({ socket }, response) => {
    const timer = setTimeout(() => socket.destroy(), EXCHANGE_MS);
    response.once('close', () => clearTimeout(timer));
  });
}

/** Without this, a connection that is busy when the server begins to close would be kept alive, and the server would not end. */
function endConnectionsOnClose(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
}
