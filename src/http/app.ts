import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify';
import { handleError } from './error-handler.ts';
import { HOOKS, type Hook } from './hook-table.ts';
import { readJsonBodies } from './json-body.ts';
import type { Service } from './service.ts';
import { strictAjv } from './strict-ajv.ts';

/**
 * A sync of an env sees every Service and DestinationRule of its namespaces: at about 2 KiB each, 16 MiB holds some
 * 8,000 of them. What is larger is a mistake, and is refused before it is read.
 */
const BODY_LIMIT = 16 * 1024 * 1024;
/** Metacontroller and the API server gave up long before; a body that never ends must not stay in memory. */
const REQUEST_MS = 30_000;

export interface AppOptions {
  service: Service;
  logger?: FastifyBaseLogger;
  /** Certificate and key (PEM) when this door is the encrypted one. */
  https?: { cert: string; key: string };
}

/** The HTTP door: every hook, health, metrics. Listens nowhere yet. */
export function buildApp({ service, logger, https }: AppOptions): FastifyInstance {
  const options: FastifyServerOptions = {
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_MS,
    // One line per decision that changed something is enough.
    logController: new LogController({ disableRequestLogging: true }),
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    ...(https === undefined ? {} : { https }),
  };
  const app = Fastify(options);
  const ajv = strictAjv();
  app.setValidatorCompiler(({ schema }) => ajv.compile(schema));
  app.setErrorHandler(handleError);
  // A text is no body of ours, whatever is in it.
  app.removeContentTypeParser('text/plain');
  readJsonBodies(app);
  endConnectionsOnClose(app);
  for (const hook of HOOKS) addHook(app, hook, service);
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', () => ({ status: 'ok' }));
  app.get('/metrics', async (_request, reply) => {
    const { registry } = service.metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });
  return app;
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

function addHook(app: FastifyInstance, hook: Hook, service: Service): void {
  const { hookSeconds, bodyBytes } = service.metrics;
  app.post(hook.url, {
    schema: { body: hook.schema },
    handler: (request, reply) => {
      const answer = hook.answer(request.body as never, service, contentLength(request));
      return reply.send(answer);
    },
    onSend: async (_request, _reply, payload) => {
      if (typeof payload === 'string') {
        bodyBytes.observe({ hook: hook.name, direction: 'out' }, Buffer.byteLength(payload));
      }
    },
    onResponse: async (request, reply) => {
      const length = contentLength(request);
      if (length !== undefined) bodyBytes.observe({ hook: hook.name, direction: 'in' }, length);
      const result = resultOf(reply.statusCode);
      hookSeconds.observe({ hook: hook.name, result }, reply.elapsedTime / 1000);
    },
  });
}

/** Undefined when the body came in chunks. */
function contentLength({ headers }: FastifyRequest): number | undefined {
  const length = Number(headers['content-length']);
  return length >= 0 ? length : undefined;
}

function resultOf(statusCode: number): 'ok' | 'refused' | 'error' {
  if (statusCode < 400) return 'ok';
  return statusCode < 500 ? 'refused' : 'error';
}
