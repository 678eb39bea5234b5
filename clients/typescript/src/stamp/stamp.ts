import { routeEntries } from '../context/route-headers.ts';
import type { RouteHeaders } from '../context/store.ts';
import type { RouteNames } from '../decision/names.ts';

/** What producers take: one record with messages, or a batch of records. */
export interface Stampable {
  messages?: readonly object[];
  topicMessages?: readonly Stampable[];
}

/**
 * A copy of a record whose messages carry the route as the two headers, also if it came by `baggage`: consumers always read these. A
 * message that has one of them already keeps its own: whoever wrote it knows better.
 */
export function stampRecord<R extends Stampable>(
  record: R,
  headers: RouteHeaders,
  names: RouteNames,
): R {
  const route = routeEntries(headers, names);
  return route.size === 0 ? record : stampedRecord(record, route, names);
}

function stampedRecord<R extends Stampable>(
  record: R,
  route: ReadonlyMap<string, string>,
  names: RouteNames,
): R {
  const { messages, topicMessages } = record;
  return {
    ...record,
    ...(messages && { messages: messages.map((message) => stamped(message, route, names)) }),
    ...(topicMessages && {
      topicMessages: topicMessages.map((one) => stampedRecord(one, route, names)),
    }),
  };
}

/** Headers are an object (kafkajs), or an object or a map (@platformatic/kafka). */
function stamped(
  message: object,
  route: ReadonlyMap<string, string>,
  { service, source }: RouteNames,
): object {
  const own = (message as { headers?: unknown }).headers ?? {};
  const isMap = own instanceof Map;
  const keys = isMap ? [...own.keys()] : Object.keys(own);
  const hasRoute = keys.some((key) => [service, source].includes(String(key).toLowerCase()));
  if (hasRoute) return message;
  const headers = isMap ? new Map([...own, ...route]) : { ...own, ...Object.fromEntries(route) };
  return { ...message, headers };
}
