/** Error types of Kafka's protocol that kafkajs has in an error or in one of its causes. */
export function hasType(error: unknown, types: readonly string[]): boolean {
  let at: unknown = error;
  for (let depth = 0; depth < 10 && at instanceof Error; depth += 1) {
    if ('type' in at && types.includes(String(at.type))) return true;
    at = at.cause;
  }
  return false;
}

/** Runs a request for a topic or group, and says in its error what is missing. */
export async function asking<T>(
  what: string,
  right: string,
  request: () => Promise<T>,
): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw new Error(`Event routing: ${reason(error, what, right)}`, { cause: error });
  }
}

function reason(error: unknown, what: string, right: string): string {
  if (hasType(error, ['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION'])) {
    return `${what} does not exist; create it before its consumers start`;
  }
  if (hasType(error, ['TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED'])) {
    return `Kafka refuses ${what}; this client needs the right to ${right}`;
  }
  return `${what} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
