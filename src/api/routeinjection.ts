import type { KubeObject } from '../k8s/object.ts';
import type { IstioMatch } from './dynamicenv.ts';

/**
 * What one env wants of every VirtualService that routes to one service host:
 * "requests to `host` with subset `from` that match go to subset `subset` instead".
 */
export interface RouteInjectionSpec {
  /** Name of the DynamicEnv. */
  env: string;
  /** The DynamicEnv's creationTimestamp: older envs win where matches tie. */
  envCreationTimestamp: string;
  /** The base Deployment. */
  deployment: { namespace: string; name: string };
  /** The cloned Deployment's name: value of the response header. */
  clone: string;
  /** Fully qualified name of the Service. */
  host: string;
  /** Names of the subsets that select the base's pods, sorted. */
  from: string[];
  /** The env's subset; absent for a consumer, which is never routed to. */
  subset?: string;
  /** The env's subset instead of the base's subset that is the key, where it is not `subset`. */
  subsets?: Record<string, string>;
  /** Other people's subsets that select the clone's pods, too. Absent: none is known. */
  exposed?: ExposedSubset[];
  matches: IstioMatch[];
  /** True: requests may be routed to the clone now. */
  active: boolean;
  /** True: it is on its way out, and a VirtualService keeps nothing for it once its routes are gone. */
  leaving?: boolean;
}

/** Somebody's subset of the host that selects a clone's pods, so that regular requests reach them. */
export interface ExposedSubset {
  subset: string;
  /** What to do about it. */
  remedy: string;
}

export interface RouteInjection extends KubeObject {
  spec: RouteInjectionSpec;
}

/** May a VirtualService forget it once its routes are gone? Who asks for routes does not leave, whatever else it says. */
export function isLeaving({ spec }: RouteInjection): boolean {
  return spec.leaving === true && !spec.active;
}
