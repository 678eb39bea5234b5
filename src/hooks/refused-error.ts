/** Answered with 422 and its text: with anything but 200 Metacontroller leaves what is there as it is. */
export class RefusedError extends Error {
  override name = 'RefusedError';
  statusCode = 422;
}
