import type { Server } from 'node:http';
import type { FastifyServerOptions } from 'fastify';

/**
 * Metacontroller waits 10 s for an answer (`hooks.timeout`), the API server 2 s for the webhook's: a request that has not
 * come by then is nobody's. Node looks each `connectionsCheckingInterval`, of 30 s by default, so that its own time-outs
 * act up to half a minute late.
 */
const CHECK_MS = 1_000;
const HEADERS_MS = 5_000;
const REQUEST_MS = 8_000;
/** From a request's headers to the last byte of its answer: whoever does not read holds the answer in memory. */
const EXCHANGE_MS = 10_000;
/**
 * Go's clients, Metacontroller and the API server, keep an idle connection for 90 s (`IdleConnTimeout` of
 * `http.DefaultTransport`). It must be they who close it: a POST that meets the server's end of a connection is not sent again.
 */
const IDLE_MS = 100_000;

/** Fastify's part of the time-outs; for `http.createServer` and `https.createServer` there is `SERVER_OPTIONS`. */
export const APP_TIMES = {
  keepAliveTimeout: IDLE_MS,
  requestTimeout: REQUEST_MS,
} satisfies FastifyServerOptions;

export const SERVER_OPTIONS = {
  connectionsCheckingInterval: CHECK_MS,
  headersTimeout: HEADERS_MS,
};

export const TLS_OPTIONS = { ...SERVER_OPTIONS, handshakeTimeout: HEADERS_MS };

/** At most `most` connections; idle ones make room for the next that comes. */
export function limitConnections(server: Server, most: number): void {
  server.maxConnections = most;
  server.on('drop', () => server.closeIdleConnections());
  server.on('request', ({ socket }, response) => {
    const timer = setTimeout(() => socket.destroy(), EXCHANGE_MS);
    response.once('close', () => clearTimeout(timer));
  });
}
