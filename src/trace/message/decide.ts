import type { Carried } from '../../refs/carried.ts';
import { commonRef, pairFor, type RefSettings, toldBy } from '../../refs/pick.ts';
import { asText, type MessageHeaders, readHeaders } from './headers.ts';

/** A ref with a live consumer of a workload, and the names of Services by which messages select it. */
export interface LiveRef {
  ref: string;
  services: readonly string[];
}

/** To skip is to acknowledge without handling. */
export interface Decision {
  action: 'handle' | 'skip';
  why: string;
}

/** What a message says about refs, for any workload. Cookies are not read. */
export function routeOf(
  headers: MessageHeaders,
  { headers: names, carriers }: RefSettings,
): Carried {
  const read = readHeaders(headers, [names.service, names.source, 'baggage']);
  const own = carriers.filter((carrier) => carrier === 'baggage');
  return toldBy(asText(read), { headers: names, carriers: own }, 'joined');
}

/**
 * The ref that a message has for a workload with these Services: the one of their pairs, else that of the source header. Undefined: none, or
 * pairs of two of the Services contradict each other. It is the law of the client libraries, and clients/vectors/decisions.yaml has its cases.
 */
export function refFor(route: Carried, services: readonly string[]): string | undefined {
  const pairs = services.flatMap((service) => pairFor(service, route) ?? []);
  const [first] = pairs;
  if (first === undefined) return commonRef(route.source);
  return pairs.every(({ ref }) => ref === first.ref) ? first.ref : undefined;
}

/** What an env's consumer does. It needs no feed, and its phase is of no effect. */
export function decideForRef(route: Carried, { ref: own, services }: LiveRef): Decision {
  const ref = refFor(route, services);
  if (ref === own) return { action: 'handle', why: `the message has its ref ${own}` };
  const why =
    ref === undefined
      ? 'the message has no ref for this workload'
      : `the message has the ref ${ref}, and its own is ${own}`;
  return { action: 'skip', why };
}

/**
 * What the base's consumer does. It asks with the Services of each live ref, as that env's consumer does: else both could skip a message.
 * `live` undefined: not known, or older than the lease.
 */
export function decideForStable(route: Carried, live: readonly LiveRef[] | undefined): Decision {
  if (live === undefined) {
    return {
      action: 'handle',
      why: 'the live refs are not known; a duplicate is better than a loss',
    };
  }
  const other = live.find(({ ref, services }) => refFor(route, services) === ref);
  if (other !== undefined) return { action: 'skip', why: `ref ${other.ref} has a live consumer` };
  return { action: 'handle', why: 'the message has no ref of a live consumer' };
}
