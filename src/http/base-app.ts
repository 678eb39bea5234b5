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

/** What a door holds at most. */
export interface DoorLimits {
  /** Bytes of one body. */
  body: number;
  /** Bytes of all bodies that are on their way. */
  held: number;
  connections: number;
}

export interface BaseOptions {
  limits: DoorLimits;
  metrics: Metrics;
  logger: FastifyBaseLogger | undefined;
  /** When this door is the encrypted one. */
  https: TlsPair | undefined;
}

/** UTF-16 units of a URL that is not there. */
const MOST_OF_URL = 200;

/** A door with its limits, health, and answers to what it does not know; without a hook. */
export function baseApp({ limits, metrics, logger, https }: BaseOptions): FastifyInstance {
  const options: FastifyServerOptions = {
    ...APP_TIMES,
    bodyLimit: limits.body,
    // One line per decision that changed something is enough.
    logController: new LogController({ disableRequestLogging: true }),
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    ...(https === undefined ? { http: SERVER_OPTIONS } : { https: { ...https, ...TLS_OPTIONS } }),
  };
  const app = Fastify(options);
  limitConnections(app.server, limits.connections);
  const ajv = strictAjv();
  app.setValidatorCompiler(({ schema }) => ajv.compile(schema));
  app.setErrorHandler(handleError);
  // A text is no body of ours, whatever is in it.
  app.removeContentTypeParser('text/plain');
  readJsonBodies(app);
  refuseUnknownUrls(app);
  limitHeldBytes(app, limits.held, () => metrics.refusals.inc({ reason: 'Busy' }));
  endConnectionsOnClose(app);
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', () => ({ status: 'ok' }));
  return app;
}

/** Before a body is read: there is nobody to read it. */
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

/** A connection that was answering when the door closed would stay open for the next request, and hold the door. */
function endConnectionsOnClose(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
}
