import type { RouteInjectionSpec } from '../../../api/routeinjection.ts';
import { type Deployment, isAvailable } from '../../../k8s/workload.ts';
import { isBeingDeleted } from '../observed.ts';
import { isMarked } from './subset-arrival.ts';

/** What routes may lead to: a clone, or a version that exists already. */
export interface TargetState {
  /** Routes may stay. */
  isThere: boolean;
  /** Routes may come: its pods are available. */
  isReady: boolean;
  /** All its pods have the labels that its subset asks for. */
  isMarked: boolean;
  /** Seconds until every proxy must have learnt it, if no rule tells that. */
  arrival?: number;
}

/** A Deployment or Service that somebody else runs. */
export interface ExistingPlan {
  kind: 'Deployment' | 'Service';
  state: TargetState;
  /** The Deployment, if it is there. */
  deployment?: Deployment;
  /** Why no request can be routed to it; absent: requests can. */
  trouble?: string;
  /** The trouble is that it is not there, or has no pods. */
  isGone?: true;
}

/** `mustRecreate`: its selector has to change. */
export function cloneState(clone: Deployment | undefined, mustRecreate: boolean): TargetState {
  return {
    isThere: !mustRecreate && clone !== undefined && !isBeingDeleted(clone),
    isReady: clone !== undefined && isAvailable(clone) && isMarked(clone),
    isMarked: isMarked(clone),
  };
}

type Leading = Pick<RouteInjectionSpec, 'clone' | 'service'>;

/** Do two injections lead to the same Deployment, or to the same Service? */
export function hasSameTarget(a: Leading, b: Leading): boolean {
  return a.clone === b.clone && a.service?.host === b.service?.host;
}
