import { type DestinationStream, type Logger, pino } from 'pino';
import { cutText } from '../k8s/cut-text.ts';

/** UTF-16 units. */
const MOST_OF = { message: 1000, fact: 200, stack: 4000 };
const MOST_ITEMS = 50;
const MOST_DEPTH = 3;

/**
 * Logs one JSON line for each event, by default to standard output. Long facts are cut, as names and messages may come from
 * any client. Writes are synchronous: lines of two threads do not mix, and none waits for the other thread.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      formatters: { log: (facts) => shortFacts(facts, 0) },
      serializers: { err: shortError },
      hooks: {
        logMethod(args, method) {
          const [first] = args as unknown[];
          const texts = first instanceof Error && args.length === 1 ? [first.message] : [];
          const short = [...args, ...texts].map((one: unknown) =>
            typeof one === 'string' ? cutText(one, MOST_OF.message) : one,
          );
          method.apply(this, short as Parameters<typeof method>);
        },
      },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

function shortFacts(facts: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(facts).slice(0, MOST_ITEMS);
  return Object.fromEntries(
    entries.map(([key, fact]) => [cutText(key, MOST_OF.fact), shortFact(fact, depth + 1)]),
  );
}

function shortFact(fact: unknown, depth: number): unknown {
  if (typeof fact === 'string') return cutText(fact, MOST_OF.fact);
  // The serializer of errors runs later.
  if (typeof fact !== 'object' || fact === null || fact instanceof Error) return fact;
  if (depth > MOST_DEPTH) return '…';
  if (Array.isArray(fact)) return fact.slice(0, MOST_ITEMS).map((one) => shortFact(one, depth + 1));
  return shortFacts(fact, depth);
}

function shortError(error: Error): object {
  const { type, message, stack } = pino.stdSerializers.err(error);
  return { type, message: cutText(message, MOST_OF.message), stack: cutText(stack, MOST_OF.stack) };
}
