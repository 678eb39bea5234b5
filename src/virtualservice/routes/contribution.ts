import type { HTTPRoute } from '../../istio/types.ts';

/**
 * What a source of routes hands to `plan/`, which shares out a VirtualService's room and knows nothing else of the source. There is
 * one source today: the RouteInjections (`injections/contributions.ts`).
 *
 * A contribution has no key (its source compares it with the present plan), no rank (the list is in order; two lists would need one)
 * and no routes (one copy may serve several contributions, so the source renders what was kept): nothing would use them.
 */
export interface Contribution {
  /** Bytes of its entry in the plan annotation. */
  planBytes: () => number;
  /** Bytes that its routes add to the object, at most. */
  routeBytes: () => number;
}

/** All that one source asks to put into one VirtualService. */
export interface Offer<C extends Contribution> {
  /** Bytes of all entries in the plan annotation, with the commas between them. */
  planBytes: () => number;
  /** An upper bound of all routes' bytes, for a plan of so many bytes and for routes of the user of so many bytes each. */
  mostRouteBytes: (planBytes: number, bytesOf: (route: HTTPRoute) => number) => number;
  /** True only if no author gets more than a fair share. Computed without counting; mostly true. */
  areSurelyModest: () => boolean;
  /** In the order in which room is given. Asked for only where it is not sure that all fit. */
  contributions: () => readonly C[];
  /** A new count of what each author gets. */
  shares: () => Shares<C>;
}

/** What each author has been given so far. */
export interface Shares<C extends Contribution> {
  /** Why the author would get too much with this one, and what to do; undefined: it would not. */
  excess: (contribution: C) => string | undefined;
  /** The contribution is given its room. */
  take: (contribution: C) => void;
}
