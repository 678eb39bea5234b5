/** A mistake of the person who started the program: its text is all they need to see. */
export class UsageError extends Error {
  override name = 'UsageError';
}
