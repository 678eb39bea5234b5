/** A mistake in the user's input: only its message is printed, without a stack trace. */
export class UsageError extends Error {
  override name = 'UsageError';
}
