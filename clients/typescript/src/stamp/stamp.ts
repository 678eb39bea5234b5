import type { RouteHeaders } from '../context/store.ts';
import type { RouteNames } from '../decision/names.ts';

/** What producers take: one record with messages, or a batch of records. */
export interface Stampable {
  messages?: readonly object[];
  topicMessages?: readonly Stampable[];
}

/**
 * A copy of a record whose messages carry the route headers. A message that has one of them already keeps its own: whoever wrote it knows better.
 */
export function stampRecord<R extends Stampable>(
  record: R,
  headers: RouteHeaders,
  names: RouteNames,
): R {
  if (Object.keys(headers).length === 0) return record;
  const { messages, topicMessages } = record;
  return {
    ...record,
    ...(messages && { messages: messages.map((message) => stamped(message, headers, names)) }),
    ...(topicMessages && {
      topicMessages: topicMessages.map((one) => stampRecord(one, headers, names)),
    }),
  };
}

/** Headers are an object (kafkajs), or an object or a map (@platformatic/kafka). */
function stamped(message: object, headers: RouteHeaders, names: RouteNames): object {
  const own = (message as { headers?: unknown }).headers;
  if (own instanceof Map) {
    if (hasRoute([...own.keys()], names)) return message;
    return { ...message, headers: new Map([...own, ...withoutKeys(headers, [...own.keys()])]) };
  }
  const keys = typeof own === 'object' && own !== null ? Object.keys(own) : [];
  if (hasRoute(keys, names)) return message;
  return {
    ...message,
    headers: { ...(own ?? {}), ...Object.fromEntries(withoutKeys(headers, keys)) },
  };
}

function hasRoute(keys: readonly unknown[], { service, source }: RouteNames): boolean {
  return keys.some((key) => [service, source].includes(String(key).toLowerCase()));
}

/** `baggage` of the message itself stays, too. */
function withoutKeys(headers: RouteHeaders, keys: readonly unknown[]): [string, string][] {
  const taken = new Set(keys.map((key) => String(key).toLowerCase()));
  return Object.entries(headers).filter(([name]) => !taken.has(name));
}
