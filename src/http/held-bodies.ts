import type { FastifyInstance } from 'fastify';

/**
 * Answered with 429: Metacontroller asks again after the time that it is told (`Call` in its `pkg/hooks/webhook.go`), and the API
 * server goes on without the webhook.
 */
class BusyError extends Error {
  override name = 'BusyError';
  statusCode = 429;
}

/**
 * Bounds the memory of bodies that are on their way, of all connections together: bytes that have come count, announced
 * ones do not. A body that would go beyond is refused with 429, and its connection closed. Once it is read whole, a body is
 * answered at once, and counts no more.
 */
export function limitHeldBytes(app: FastifyInstance, most: number, onRefusal: () => void): void {
  let held = 0;
  app.addHook('preParsing', (_request, reply, payload, done) => {
    let own = 0;
    let isOver = false;
    const release = () => {
      isOver = true;
      held -= own;
      own = 0;
    };
    const count = (chunk: Buffer) => {
      if (isOver) return;
      own += chunk.length;
      held += chunk.length;
      if (held <= most) return;
      release();
      onRefusal();
      payload.emit('error', busy(most));
    };
    // Not every body has a reader: one of an unknown content type has none, and no error of it may be thrown.
    payload.on('error', () => undefined);
    payload.on('data', count);
    payload.once('close', release);
    // Where the answer came first, the rest is thrown away as it comes.
    reply.raw.once('finish', release);
    done(null, payload);
  });
}

function busy(most: number): BusyError {
  const mebibytes = most / 2 ** 20;
  return new BusyError(
    `busy: bodies under way have more than ${mebibytes} MiB together; ask again later`,
  );
}
