import type { RouteNames } from './names.ts';
import { routeOf } from './route.ts';
import type { Decision, MessageHeaders } from './types.ts';

/** A ref with a live consumer of this workload, and the names of Services by which it is selected. */
export interface LiveRef {
  ref: string;
  services: readonly string[];
}

/** An env's consumer: it needs no feed. */
export function decideForRef(
  headers: MessageHeaders,
  { ref: own, services }: LiveRef,
  names: RouteNames,
): Decision {
  const ref = routeOf(headers, names)?.(services);
  if (ref === own) return { action: 'handle', why: 'own ref', ref };
  return {
    action: 'skip',
    ...(ref === undefined ? { why: 'no ref' } : { why: 'not for this ref', ref }),
  };
}

/**
 * The stable consumer. It asks by the services that each env's consumer uses, not by its own: else both could skip a message.
 * `live` undefined: not known, or too old. Then it handles everything: a duplicate, never a loss.
 */
export function decideForStable(
  headers: MessageHeaders,
  live: readonly LiveRef[] | undefined,
  names: RouteNames,
): Decision {
  const route = routeOf(headers, names);
  if (route === undefined) return { action: 'handle', why: 'no ref' };
  if (live === undefined) return { action: 'handle', why: 'live refs are not known' };
  const other = live.find(({ ref, services }) => route(services) === ref);
  if (other === undefined) return { action: 'handle', why: 'no live consumer' };
  return { action: 'skip', why: 'ref has a live consumer', ref: other.ref };
}
