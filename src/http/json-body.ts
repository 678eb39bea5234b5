import type { FastifyInstance } from 'fastify';
import { isDeeperThan, MAX_DEPTH, shapeProblem } from '../k8s/json-shape.ts';

/**
 * The API server stores objects of 10,000 levels at most (`maxNestingDepth` in sigs.k8s.io/json `internal/golang/encoding/json/scanner.go`);
 * a call has a few more.
 */
const MAX_STORED_DEPTH = 10_100;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** As in `Hook`. */
    cutTooDeep?: ((body: unknown) => void) | undefined;
  }
}

/**
 * Parses JSON bodies as Fastify does, and first refuses those that nest too deep or have too many values. A hook may cut a body that
 * nests too deep (`cutTooDeep`).
 */
export function readJsonBodies(app: FastifyInstance): void {
  // A header match may be named `__proto__`. No code here assigns properties by such a key, so bodies are not searched for it.
  const parse = app.getDefaultJsonParser('ignore', 'ignore');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, raw, done) => {
    const text = `${raw}`;
    const problem = shapeProblem(text);
    const { cutTooDeep } = request.routeOptions.config;
    if (problem === undefined) {
      void parse(request, text, done);
    } else if (cutTooDeep === undefined || shapeProblem(text, MAX_STORED_DEPTH) !== undefined) {
      done(new BodyShapeError(problem));
    } else {
      void parse(request, text, (error, body) => {
        cutTooDeep(body);
        if (isDeeperThan(MAX_DEPTH, body)) done(new BodyShapeError(problem));
        else done(error, body);
      });
    }
  });
}

/** Answered with 400. */
class BodyShapeError extends Error {
  override name = 'BodyShapeError';
  statusCode = 400;
  constructor(problem: string) {
    super(`the body ${problem}, which no objects of a cluster do`);
  }
}
