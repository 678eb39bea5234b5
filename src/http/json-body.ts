import type { FastifyInstance } from 'fastify';
import { shapeProblem } from '../k8s/json-shape.ts';

/** Parses JSON bodies as Fastify does, and first refuses those that nest too deep or have too many values. */
export function readJsonBodies(app: FastifyInstance): void {
  // A header match may be named `__proto__`. No code here assigns properties by such a key, so bodies are not searched for it.
  const parse = app.getDefaultJsonParser('ignore', 'ignore');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    const problem = shapeProblem(`${text}`);
    if (problem === undefined) void parse(request, `${text}`, done);
    else done(new BodyShapeError(`the body ${problem}, which no objects of a cluster do`));
  });
}

/** Answered with 400. */
class BodyShapeError extends Error {
  override name = 'BodyShapeError';
  statusCode = 400;
}
