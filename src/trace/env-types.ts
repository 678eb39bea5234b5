import type { Mismatch } from '../istio/match-request.ts';

/** A clone that a route leads to, instead of a base Deployment. */
export interface CloneTaken {
  deployment: string;
  clone: string;
  host: string;
}

export interface EnvTaken {
  name: string;
  /** The base Deployment. This and the following fields are absent if the env's RouteInjection is not known any more. */
  deployment?: string;
  clone?: string;
  host?: string;
  /** Index in the env's `istioMatches`; absent: not known. */
  matchIndex?: number;
  /** The request selected the env by this ref, not by one of its `istioMatches`. */
  ref?: string;
  /** It came in by a link at this host, by the link's cookie, or there by a match. Then there may be no clone on this route. */
  entry?: { host: string; way: 'link' | 'cookie' | 'match' };
  /** Other clones of the env to which the same route leads, if it has several targets. */
  also?: CloneTaken[];
  /** Envs that match the request too but come later, and by which rule. */
  before: { env: string; why: string }[];
}

/**
 * The first reason why the env did not get the request. `no-injection`: not processed, or degraded; `consumer`: nothing is routed
 * to it; `not-active`: its pods are not ready yet, or it is being removed; `no-match`: `failed` has the conditions that failed;
 * `no-virtual-service`: none decides, or not the one with its routes; `not-planned`: the plan of the VirtualService leaves it out;
 * `not-rendered`: planned, but the routes are not there yet; `no-copy`: the route that took the request has no copy for it;
 * `shadowed`, `later`: the copy of another env comes first, for all such requests or for this one.
 */
export type OtherEnvReason =
  | 'no-injection'
  | 'consumer'
  | 'not-active'
  | 'no-match'
  | 'no-virtual-service'
  | 'not-planned'
  | 'not-rendered'
  | 'no-copy'
  | 'shadowed'
  | 'later';

export interface OtherEnv {
  env: string;
  /** The base Deployment. */
  deployment: string;
  host: string;
  reason: OtherEnvReason;
  why: string;
  /** `no-match`: the first condition that failed, for each of its matches; without `matchIndex`: of its ref. */
  failed?: (Mismatch & { matchIndex?: number })[];
  /** `shadowed`, `later`: the env that comes first. */
  by?: string;
}
