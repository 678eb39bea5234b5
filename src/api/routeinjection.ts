import type { KubeObject } from '../k8s/object.ts';
import type { IstioMatch } from './dynamicenv.ts';

/**
 * What one env requests from every VirtualService that routes to one service host:
 * "requests to `host` with subset `from` that match go to subset `subset` instead".
 */
export interface RouteInjectionSpec {
  /** Name of the DynamicEnv. */
  env: string;
  /** The DynamicEnv's creationTimestamp: of envs with equally specific matches the older one wins. */
  envCreationTimestamp: string;
  /** The base Deployment. */
  deployment: { namespace: string; name: string };
  /** Name of the cloned Deployment, or of what exists already: the value of the response header. */
  clone: string;
  /** Fully qualified name of the Service. */
  host: string;
  /** Names of the subsets that select the base's pods, sorted. */
  from: string[];
  /** The env's subset. Absent with `service`, and for a consumer, to which no request is routed. */
  subset?: string;
  /**
   * Where the env has more than one subset: from the base's subset to the env's subset that replaces it. Default:
   * `subset`.
   */
  subsets?: Record<string, string>;
  /** Another Service, to which requests go instead of a subset of `host`. */
  service?: TargetService;
  /** Subsets of other DestinationRules that also select the clone's pods. Absent: none is known. */
  exposed?: ExposedSubset[];
  /** The env's `istioMatches`; empty: it has a ref only. */
  matches: IstioMatch[];
  /** The env's ref. */
  ref?: string;
  /** Present: it stands for a host at gateways by which people enter the env, not for a Service (ADR 28). */
  entry?: Entry;
  /** True: requests may now be routed to the clone. */
  active: boolean;
  /** True: it is being removed. A VirtualService drops it from its plan once its routes are gone. */
  leaving?: boolean;
}

/** The Service of a version that exists already. Lists of ports are sorted. */
export interface TargetService {
  /** Fully qualified. */
  host: string;
  ports: number[];
  /** The ports of the injection's `host`. A destination that names no port means all of them. */
  basePorts: number[];
  /** It sends to pods that the injection's `host` sends to as well: regular requests may reach them. */
  sharesPods?: boolean;
}

/** A host by which people enter an env. The fields above then name the env's first Deployment, and `host` is `entryKey`. */
export interface Entry {
  /** As browsers send it, in lower case and without a port. */
  host: string;
  /** The value of the parameter and of the cookie. */
  link: string;
  /** Headers that the env's copies set. */
  headers: Record<string, string>;
  /** Browsers come without TLS, so the cookie must not be `Secure`. */
  plain?: boolean;
  /** VirtualServices (`namespace/name`) that share the host and a gateway with another one. */
  shared?: string[];
}

/** A subset of another DestinationRule that selects a clone's pods, so that other requests reach them. */
export interface ExposedSubset {
  subset: string;
  /** What to do about it. */
  remedy: string;
}

export interface RouteInjection extends KubeObject {
  spec: RouteInjectionSpec;
}

/** May a VirtualService drop it once its routes are gone? Not while it is active, even when `leaving` is set. */
export function isLeaving({ spec }: RouteInjection): boolean {
  return spec.leaving === true && !spec.active;
}
