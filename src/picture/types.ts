import type { RefFlags } from '../refs/settings.ts';

/**
 * Boxes of a picture, before layout. `service`: a Service with everything behind it; `folded`: the short form of a Service where
 * nothing is special; `level`: a version of a Service that a VirtualEnvironment tells apart, with the versions below it; `base`, `clone`: a workload that runs its pods; `every`: all pods of a Service, for routes without a subset;
 * `absent`: something that a route or an env refers to and that does not exist; `outside`: a host that is no Service here;
 * `answer`: a redirect or direct response; `source`: pods that a match names; `request`: the traced request.
 */
export type NodeKind =
  | 'namespace'
  | 'service'
  | 'folded'
  | 'level'
  | 'virtualservice'
  | 'base'
  | 'clone'
  | 'every'
  | 'absent'
  | 'outside'
  | 'answer'
  | 'gateway'
  | 'source'
  | 'request';

export interface PictureNode {
  id: string;
  kind: NodeKind;
  /** The node that contains this one: a namespace, a service or a level. */
  parent?: string;
  title: string;
  /** More lines of text. */
  details: string[];
  /** Lines that are shown only when the reader points at the box. */
  hidden?: string[];
  /** The env it belongs to. */
  env?: string;
  /** Sentences: what is wrong with it. */
  problems: string[];
}

/** `route`, `delegate`, `mirror`: from a VirtualService; `entry`: into one; `way`: none of these, but the traced request goes there. */
export type EdgeKind = 'route' | 'delegate' | 'mirror' | 'entry' | 'way';

export interface PictureEdge {
  from: string;
  to: string;
  kind: EdgeKind;
  /** The matches of the routes, in the order in which Istio tries them. */
  labels: string[];
  /** The env whose routes these are. */
  env?: string;
  /** Some of its routes are of VirtualServiceMerges. */
  isMerged?: boolean;
  problems: string[];
  /** Which hops of the traced request go here, from 1. */
  hops: number[];
}

export interface PictureEnv {
  name: string;
  /** `ready`, `processing`, `degraded`, or `no status`. */
  state: string;
  /** Its matches in one line. */
  match: string;
  /** Why it is not ready. */
  problems: string[];
}

/** A sentence: how one hop of the traced request ended. */
export interface PictureHop {
  text: string;
  isReached: boolean;
}

export interface Picture {
  nodes: PictureNode[];
  edges: PictureEdge[];
  envs: PictureEnv[];
  /** The hops of the traced request. */
  hops: PictureHop[];
}

/** Part of a picture. */
export type Part = Pick<Picture, 'nodes' | 'edges'>;

/** The settings of the service that a picture depends on. */
export interface PictureSettings extends Partial<RefFlags> {
  clusterDomain: string;
  /** Absent: `version`. */
  versionLabel?: string;
  /** Absent: `shared`. */
  defaultVersion?: string;
}
