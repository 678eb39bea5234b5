import type { SelectionReason } from '../istio/explain-selection.ts';
import type { Mismatch } from '../istio/match-request.ts';
import type { HTTPMatchRequest } from '../istio/types.ts';

/**
 * The answer of `dynamicenv trace -o json`: a contract for other programs. Objects are named `namespace/name`, hosts by
 * their full names; indices count from 0 and are those of the object as it is, our routes included.
 */
export interface Trace {
  /** Of this format. */
  version: 1;
  /** Each hop reaches ready pods, a redirect or a direct response: exit code 0. */
  reached: boolean;
  /** In the order of the URLs; those behind a hop that reaches nobody are `not-called`. */
  hops: Hop[];
  /** What was assumed or could not be seen. */
  notes: string[];
  /** What is among the objects and may matter, but is not part of the answer (Sidecars, EnvoyFilters …). */
  notConsidered: string[];
}

/**
 * `pods`: ready pods get it. `no-ready-pods`: (a share of) it has none. `unavailable`: (a share of) it finds no cluster,
 * 503. `no-route`: 404. `unknown-host`: nothing here has the name (404 at a gateway; a sidecar lets it pass or refuses it,
 * as the mesh is set). `no-destination`: a route to nowhere, which Istio refuses. `not-called`: the hop before failed.
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
  /** What the caller gets where the mesh itself answers: 404, 503, the redirect's or the direct response's. */
  status?: number;
  /** The outcome in one sentence. */
  summary: string;
  /** Whose routes decide; absent: none, the Service itself answers. At a gateway: the one whose route took the request. */
  virtualService?: string;
  /** Every VirtualService with a host that stands for the request's. */
  candidates: Candidate[];
  /** The rows of the route table that were tried before, in order; up to the end when none fits. */
  tried: TriedRoute[];
  /** What took the request. */
  route?: TakenRoute;
  destinations: TracedDestination[];
  /** Whose route it is; absent: no env's. */
  env?: EnvTaken;
  /** All other envs of the services concerned, and why each did not get the request. */
  otherEnvs: OtherEnv[];
  /** The same request as if there were no env at all; absent where there is none. */
  withoutEnvs?: WithoutEnvs;
  notes: string[];
}

export interface TracedRequest {
  method: string;
  url: string;
  /** Full name; the name as written when nothing here has it. */
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
  /** Those of its hosts that stand for the request's, in full. */
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
  /** Which of its match entries; absent: it has none. */
  matchIndex?: number;
  /** The delegating route that it stands for. */
  delegatedBy?: { virtualService: string; index: number };
  /** The env whose route it is. */
  env?: string;
}

export interface TriedRoute extends RouteRef {
  /** The first condition that the request did not meet. */
  failed: Mismatch;
  why: string;
}

export interface TakenRoute extends RouteRef {
  kind: 'plain' | 'redirect' | 'direct-response';
  /** As it is in effect: a delegate's with its root's. */
  match?: HTTPMatchRequest;
}

export interface TracedDestination {
  host: string;
  subset?: string;
  /** 0 … 1 of such requests. */
  share: number;
  /** Labels that the pods have. */
  selector?: Record<string, string>;
  /** DestinationRule that the subset is from. */
  destinationRule?: string;
  /** `unknown`: no workload here has such pods, or the Service selects none (ExternalName, own Endpoints). */
  state: 'ready' | 'not-ready' | 'unknown' | 'unavailable';
  /** Why, unless `ready`. */
  why?: string;
  workloads: TracedWorkload[];
  /** Pods of these envs' clones are reached with the base's: most often since no subset is named. */
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

/** A clone that a route leads to, instead of a base Deployment. */
export interface CloneTaken {
  deployment: string;
  clone: string;
  host: string;
}

export interface EnvTaken {
  name: string;
  /** The base Deployment. This and what follows is absent where the env's claim is not known any more. */
  deployment?: string;
  clone?: string;
  host?: string;
  /** Which of the env's `istioMatches`; absent: not known. */
  matchIndex?: number;
  /** The other clones of the env that the same route leads to: it has several targets. */
  also?: CloneTaken[];
  /** Envs that wanted the request too and come later, and by which rule. */
  before: { env: string; why: string }[];
}

/**
 * The first thing that kept the request from the env. `no-injection`: not processed, or degraded; `consumer`: is never
 * routed to; `not-active`: its pods are not ready yet, or it is leaving; `no-match`: `failed` says what its matches miss;
 * `no-virtual-service`: none decides, or another one than that with its routes; `not-planned`: the plan of the VirtualService
 * leaves it out; `not-rendered`: planned, the routes are not there yet; `no-copy`: the route that took the request has no
 * copy for it; `shadowed`, `later`: another env comes first before that route, always or for this request.
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
  /** `no-match`: for each of its matches the first condition that failed. */
  failed?: (Mismatch & { matchIndex: number })[];
  /** `shadowed`, `later`: the env that comes first. */
  by?: string;
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
