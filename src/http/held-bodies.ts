import type { FastifyInstance } from 'fastify';

/**
 * Answered with 429: Metacontroller retries after the time in `retry-after` (`Call` in its `pkg/hooks/webhook.go`), and the API
 * server continues without the webhook.
 */
class BusyError extends Error {
  override name = 'BusyError';
  statusCode = 429;
}

/**
 * Limits the memory of all bodies that are being received, over all connections: received bytes count, announced ones do not.
 * A body that exceeds the limit is refused with 429, and its connection is closed. A complete body is answered at once, and
 * no longer counts.
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
    // A body of an unknown content type has no reader: without a listener its error would be thrown.
    payload.on('error', () => undefined);
    payload.on('data', count);
    payload.once('close', release);
    // If the answer is sent before the whole body has come, the rest is discarded on arrival.
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
