import type { FastifyInstance, FastifyReply } from 'fastify';
import { readQuery } from '../core/query.ts';
import type { Feed, PollAnswer } from '../feed.ts';
import { STALE_MS } from '../times.ts';
import type { Metrics } from './metrics.ts';
import { buildServer, type ServerOptions } from './server.ts';

const RETRY_SECONDS = 1;
const STALE = `no list of Subscribers from the API server in the last ${STALE_MS / 1000} s: ask again, another replica may know`;
const BUSY = 'too many polls are held here: ask again, another replica may have room';

export interface AppOptions extends ServerOptions {
  feed: Feed;
  metrics: Metrics;
}

/** `/v1/live`, `/metrics`, `/readyz` and `/healthz`. Closing it answers the polls that are held. */
export function buildApp({ feed, metrics, ...options }: AppOptions): FastifyInstance {
  const app = buildServer(options);
  app.get('/v1/live', (request, reply) => {
    const read = readQuery(request.query as Record<string, unknown>);
    if ('error' in read) {
      metrics.answers.inc({ code: '400' });
      reply.code(400).send({ error: read.error });
      return;
    }
    // The answer may be sent at once or later; Fastify waits for `reply.send`.
    const cancel = feed.poll(read.query, (answer) => send(reply, answer, metrics));
    reply.raw.once('close', cancel);
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) =>
    feed.isFresh() ? { status: 'ok' } : reply.code(503).send({ error: STALE }),
  );
  app.addHook('preClose', async () => feed.close());
  return app;
}

function send(reply: FastifyReply, answer: PollAnswer, { answers }: Metrics): void {
  reply.header('cache-control', 'no-store');
  if (typeof answer === 'object') {
    answers.inc({ code: '200' });
    reply.type('application/json; charset=utf-8').send(answer.body);
    return;
  }
  answers.inc({ code: answer });
  const error = answer === 'stale' ? STALE : BUSY;
  // A client that keeps its connection would ask this replica again.
  reply.header('connection', 'close');
  reply.code(503).header('retry-after', RETRY_SECONDS).send({ error });
}
