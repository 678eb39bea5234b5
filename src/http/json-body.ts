import type { FastifyInstance } from 'fastify';
import { shapeProblem } from '../k8s/json-shape.ts';

/** Reads bodies as JSON as Fastify does, but refuses what is too much to be worked on before anything walks through it. */
export function readJsonBodies(app: FastifyInstance): void {
  // A header match may be called `__proto__`; nothing here assigns by such a key, and bodies need not be searched for it.
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
