import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
} from 'fastify';
import { cutText } from '../k8s/cut-text.ts';
import { APP_TIMES, limitConnections, SERVER_OPTIONS, TLS_OPTIONS } from './connections.ts';
import { handleError } from './error-handler.ts';
import { limitHeldBytes } from './held-bodies.ts';
import { readJsonBodies } from './json-body.ts';
import type { Metrics } from './metrics.ts';
import { strictAjv } from './strict-ajv.ts';
import type { TlsPair } from './tls.ts';

/** Limits of one door. */
export interface DoorLimits {
  /** Bytes of one body. */
  body: number;
  /** Bytes of all bodies that are being received. */
  held: number;
  connections: number;
}

export interface BaseOptions {
  limits: DoorLimits;
  metrics: Metrics;
  logger: FastifyBaseLogger | undefined;
  /** Certificate and key of the encrypted door; undefined: no encryption. */
  https: TlsPair | undefined;
}

/** UTF-16 units of an unknown URL that the answer quotes. */
const MOST_OF_URL = 200;

/** A door (an HTTP server) with limits, health checks and 404 for unknown paths. The caller adds the hooks. */
export function baseApp({ limits, metrics, logger, https }: BaseOptions): FastifyInstance {
  const options: FastifyServerOptions = {
    ...APP_TIMES,
    bodyLimit: limits.body,
    // Handlers log each decision that changed something; a line per request would add nothing.
    logController: new LogController({ disableRequestLogging: true }),
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    ...(https === undefined ? { http: SERVER_OPTIONS } : { https: { ...https, ...TLS_OPTIONS } }),
  };
  const app = Fastify(options);
  limitConnections(app.server, limits.connections);
  const ajv = strictAjv();
  app.setValidatorCompiler(({ schema }) => ajv.compile(schema));
  app.setErrorHandler(handleError);
  // No hook takes plain text.
  app.removeContentTypeParser('text/plain');
  readJsonBodies(app);
  refuseUnknownUrls(app);
  limitHeldBytes(app, limits.held, () => metrics.refusals.inc({ reason: 'Busy' }));
  endConnectionsOnClose(app);
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', () => ({ status: 'ok' }));
  return app;
}

/** An unknown URL gets its answer before the body is read. */
function refuseUnknownUrls(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) {
      done();
      return;
    }
    const message = `Route ${request.method}:${cutText(request.url, MOST_OF_URL)} not found`;
    reply.code(404).send({ message, error: 'Not Found', statusCode: 404 });
  });
}

/** Without this, a connection that is busy when the server begins to close is kept alive, and the server does not end. */
function endConnectionsOnClose(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
}
