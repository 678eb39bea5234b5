import type { MergeRef } from '../api/virtualservicemerge.ts';
import type { SelectionReason } from '../istio/explain-selection.ts';
import type { Mismatch } from '../istio/match-request.ts';
import type { HTTPMatchRequest } from '../istio/types.ts';
import type { EnvTaken, OtherEnv } from './env-types.ts';
import type { VersionTaken } from './version-types.ts';

/**
 * The answer of `dynamicenv trace -o json`: a contract for other programs. Objects are named `namespace/name`, hosts by
 * their full names; indices count from 0 and are those of the object as it is, our routes included.
 */
export interface Trace {
  /** Version of this format. */
  version: 1;
  /** Each hop reaches ready pods, a redirect or a direct response: exit code 0. */
  reached: boolean;
  /** In the order of the URLs. After a hop that reaches no pods all are `not-called`. */
  hops: Hop[];
  /** What was assumed or could not be read. */
  notes: string[];
  /** Objects that may matter but are not evaluated (Sidecars, EnvoyFilters …). */
  notConsidered: string[];
}

/**
 * `pods`: ready pods get it. `no-ready-pods`: no pods are known to be ready for it, or for a share of it. `unavailable`: it,
 * or a share of it, finds no Envoy cluster: 503. `no-route`: 404. `unknown-host`: no object here has this host (404 at a gateway;
 * at a sidecar `outboundTrafficPolicy` decides). `no-destination`: a route without destination, which Istio refuses.
 * `not-called`: the hop before failed.
 */
export type HopOutcome =
  | 'pods'
  | 'no-ready-pods'
  | 'redirect'
  | 'direct-response'
  | 'unavailable'
  | 'no-route'
  | 'unknown-host'
  | 'no-destination'
  | 'not-called';

export interface Hop {
  request: TracedRequest;
  caller: Caller;
  outcome: HopOutcome;
  /** The status if a proxy answers: 404, 503, that of the redirect or of the direct response. */
  status?: number;
  /** The outcome in one sentence. */
  summary: string;
  /**
   * The VirtualService whose routes decide; absent: none, the Service itself answers. At a gateway: the one whose route took the
   * request.
   */
  virtualService?: string;
  /** Every VirtualService with a host that matches the request's. */
  candidates: Candidate[];
  /** The rows of the route table that were tried before, in order; all of them when none fits. */
  tried: TriedRoute[];
  /** The route that took the request. */
  route?: TakenRoute;
  destinations: TracedDestination[];
  /** Where a VirtualEnvironment chooses between versions of the Service: which one, and why. */
  version?: VersionTaken;
  /** The env of this route; absent: it is no env's. */
  env?: EnvTaken;
  /** All other envs of the services concerned, and why each did not get the request. */
  otherEnvs: OtherEnv[];
  /** Merges that add nothing to the VirtualServices that decide, or whose routes match the request but come later. */
  otherMerges: OtherMerge[];
  /** The same request as if there were no env at all; absent where there is none. */
  withoutEnvs?: WithoutEnvs;
  notes: string[];
}

export interface TracedRequest {
  method: string;
  url: string;
  /** Full name; as written if no object here has it. */
  host: string;
  port: number;
  authority: string;
  /** With the query. */
  path: string;
  headers: Record<string, string>;
}

/** `workload`: `Deployment shop/web`, where it is known. */
export interface Caller {
  kind: 'pod' | 'gateway';
  /** `mesh`, or the gateway's name. */
  gateway: string;
  namespace: string;
  labels: Record<string, string>;
  workload?: string;
}

export interface Candidate {
  virtualService: string;
  /** Those of its hosts that match the request's, as full names. */
  hosts: string[];
  gateways: string[];
  exportTo: string[];
  created?: string;
  decides: boolean;
  reason: SelectionReason;
  /** The reason in words. */
  why: string;
}

/** Where a route is written, and its name there. */
export interface RouteRef {
  virtualService: string;
  index: number;
  name?: string;
  /** Index of its match entry; absent: it has none. */
  matchIndex?: number;
  /** The delegating route of the root that it is in effect for. */
  delegatedBy?: { virtualService: string; index: number };
  /** The env whose route it is. */
  env?: string;
  /** The VirtualServiceMerge whose route it is. */
  merge?: RouteMerge;
}

/** A VirtualServiceMerge, and one of the http routes of its patch. */
export interface RouteMerge extends MergeRef {
  /** The route's name there. */
  route?: string;
  /** Its place there, from 0, if it has no name. */
  index?: number;
}

/** `not-merged`: its routes are not in the VirtualService, or those of an earlier version are. `later`: another route comes first. */
export interface OtherMerge extends MergeRef {
  /** Its target. */
  virtualService: string;
  reason: 'not-merged' | 'later';
  why: string;
}

export interface TriedRoute extends RouteRef {
  /** The first condition that the request did not meet. */
  failed: Mismatch;
  why: string;
}

export interface TakenRoute extends RouteRef {
  kind: 'plain' | 'redirect' | 'direct-response';
  /** The effective match: that of a delegate combined with its root's. */
  match?: HTTPMatchRequest;
}

export interface TracedDestination {
  host: string;
  subset?: string;
  /** 0 … 1 of such requests. */
  share: number;
  /** Labels of the pods. */
  selector?: Record<string, string>;
  /** The DestinationRule that defines the subset. */
  destinationRule?: string;
  /** `unknown`: no workload here has such pods, or the Service selects none (ExternalName, own Endpoints). */
  state: 'ready' | 'not-ready' | 'unknown' | 'unavailable';
  /** Why, unless `ready`. */
  why?: string;
  workloads: TracedWorkload[];
  /** Envs whose clones are reached together with the base, mostly because the route names no subset. */
  unguarded?: string[];
}

export interface TracedWorkload {
  /** Deployment, StatefulSet … */
  kind: string;
  name: string;
  replicas: number;
  /** Absent: not known. */
  ready?: number;
  /** The env whose clone it is. */
  env?: string;
}

export interface WithoutEnvs {
  /** Same outcome, same destinations, same workloads. */
  same: boolean;
  outcome: HopOutcome;
  status?: number;
  summary: string;
  virtualService?: string;
  route?: TakenRoute;
  destinations: TracedDestination[];
}
