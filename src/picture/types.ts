/**
 * What a picture shows, before anybody knows where it goes on the paper. `service`: a Service with everything behind it;
 * `folded`: one in short, where nothing is special;
 * `base`, `clone`: what runs its pods; `every`: all pods of a Service, where a route names no subset; `absent`: something that
 * a route or an env asks for and that is not there; `outside`: a host that is no Service here; `answer`: a route that sends
 * nowhere; `source`: pods that a match names; `request`: the request that is traced.
 */
export type NodeKind =
  | 'namespace'
  | 'service'
  | 'folded'
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
  /** The node this one lies within: a namespace or a service. */
  parent?: string;
  title: string;
  /** More to say about it, a line each. */
  details: string[];
  /** What there is no room for: to be read when somebody points at it. */
  hidden?: string[];
  /** The env it belongs to. */
  env?: string;
  /** What is wrong with it, in whole sentences. */
  problems: string[];
}

/** `route`: of a VirtualService to pods; `delegate`, `mirror`: likewise; `entry`: into a VirtualService; `way`: none of these, a traced request goes there. */
export type EdgeKind = 'route' | 'delegate' | 'mirror' | 'entry' | 'way';

export interface PictureEdge {
  from: string;
  to: string;
  kind: EdgeKind;
  /** The matches of the routes, in the order in which Istio looks at them. */
  labels: string[];
  /** The env whose routes these are. */
  env?: string;
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

/** How one request of a traced way ended, in a sentence. */
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

/** The settings of the service that decide what belongs together. */
export interface PictureSettings {
  clusterDomain: string;
}
