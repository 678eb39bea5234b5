/** Error types of Kafka's protocol that kafkajs has in an error or in one of its causes. */
export function hasType(error: unknown, types: readonly string[]): boolean {
  return causes(error).some((one) => 'type' in one && types.includes(String(one.type)));
}

/**
 * What kafkajs says when no broker names the coordinator of a group: it keeps no answer, not even that the group is refused. It has no
 * type, and the class is not exported.
 */
const NO_COORDINATOR = 'KafkaJSGroupCoordinatorNotFound';

/** Is it an error of this name, or caused by one? */
function isNamed(error: unknown, name: string): boolean {
  return causes(error).some((one) => one.name === name);
}

/** An error and its causes. */
function causes(error: unknown): Error[] {
  const found: Error[] = [];
  for (let at = error; at instanceof Error && found.length < 10; at = at.cause) found.push(at);
  return found;
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
  if (isNamed(error, NO_COORDINATOR)) {
    return `Kafka names no coordinator of ${what}; if its brokers can be reached, this client probably lacks the right to ${right}`;
  }
  return `${what} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
