import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Hook } from '../hooks/hook.ts';
import type { Metrics } from './metrics.ts';
import { withShortStatus } from './short-status.ts';

/** Serves the hook at its URL, and measures its calls. */
export function addHook<S>(
  app: FastifyInstance,
  hook: Hook<S>,
  service: S & { metrics: Metrics },
): void {
  const { hookSeconds, bodyBytes } = service.metrics;
  app.post(hook.url, {
    schema: { body: hook.schema },
    config: { cutTooDeep: hook.cutTooDeep },
    handler: (request, reply) => {
      const answer = hook.answer(request.body as never, service, contentLength(request));
      return reply.send(withShortStatus(answer));
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
