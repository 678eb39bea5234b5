import type { Stampable } from '../stamp/stamp.ts';

/**
 * What was stamped with texts, for a producer without serialisers of headers: it takes bytes only, and writes neither a text nor an error
 * for anything else. Messages that were not stamped stay as they are.
 */
export function withBytes<R extends Stampable>(record: R, stamped: R): R {
  const { messages } = stamped;
  if (messages === undefined) return stamped;
  const isOwn = new Set(record.messages);
  return { ...stamped, messages: messages.map((one) => (isOwn.has(one) ? one : inBytes(one))) };
}

function inBytes(message: object): object {
  const { headers } = message as { headers?: Map<unknown, unknown> | Record<string, unknown> };
  const entries = headers instanceof Map ? [...headers] : Object.entries(headers ?? {});
  return {
    ...message,
    headers: new Map(entries.map((entry) => entry.map(bytesOf) as [unknown, unknown])),
  };
}

const bytesOf = (part: unknown) => (typeof part === 'string' ? Buffer.from(part) : part);
