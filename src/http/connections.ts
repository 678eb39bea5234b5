import type { Server } from 'node:http';
import type { FastifyServerOptions } from 'fastify';

/**
 * Metacontroller waits 10 s for an answer (`hooks.timeout`), the API server 2 s for the webhook's. After that nobody waits for
 * the answer to a request. Node checks its time-outs once per `connectionsCheckingInterval`, by default 30 s, so without this
 * setting they would fire up to half a minute late.
 */
const CHECK_MS = 1_000;
const HEADERS_MS = 5_000;
const REQUEST_MS = 8_000;
/** From a request's headers to the last byte of its answer: a client that does not read keeps the answer in our memory. */
const EXCHANGE_MS = 10_000;
/**
 * Go's clients, Metacontroller and the API server, keep an idle connection for 90 s (`IdleConnTimeout` of
 * `http.DefaultTransport`). They must be the ones to close it: a POST that arrives while the server closes is not retried.
 */
const IDLE_MS = 100_000;

/** Time-outs that Fastify sets; `SERVER_OPTIONS` are those of `http.createServer` and `https.createServer`. */
export const APP_TIMES = {
  keepAliveTimeout: IDLE_MS,
  requestTimeout: REQUEST_MS,
} satisfies FastifyServerOptions;

export const SERVER_OPTIONS = {
  connectionsCheckingInterval: CHECK_MS,
  headersTimeout: HEADERS_MS,
};

export const TLS_OPTIONS = { ...SERVER_OPTIONS, handshakeTimeout: HEADERS_MS };

/** Allows `most` connections. When one more is dropped, idle ones are closed, so that the next attempt finds room. */
export function limitConnections(server: Server, most: number): void {
  server.maxConnections = most;
  server.on('drop', () => server.closeIdleConnections());
  server.on('request', ({ socket }, response) => {
    const timer = setTimeout(() => socket.destroy(), EXCHANGE_MS);
    response.once('close', () => clearTimeout(timer));
  });
}
