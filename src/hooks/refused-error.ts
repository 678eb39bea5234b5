/** Answered with 422 and its message. On any status but 200 Metacontroller changes nothing. */
export class RefusedError extends Error {
  override name = 'RefusedError';
  statusCode = 422;
}
