import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Never 200: Metacontroller takes a 200 without a child for the wish to delete that child. The text becomes the
 * message of a Warning event on the object.
 */
export function handleError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error.validation !== undefined) {
    const [first] = error.validation;
    const field = `body${first?.instancePath ?? ''}`.replaceAll('/', '.');
    return reply.code(400).send({
      error: `${field} ${first?.message ?? 'is not valid'}: expected Metacontroller's hook version v2 or an AdmissionReview v1`,
      field,
    });
  }
  const statusCode = error.statusCode ?? 500;
  if (statusCode < 500) return reply.code(statusCode).send({ error: error.message });
  request.log.error(error);
  return reply.code(500).send({ error: error.message });
}
