import type { Phase } from '../../api/subscriber.ts';

/** Who handles a message, and why. */
export interface MessageTrace {
  /** The base Deployment, `namespace/name`. */
  workload: string;
  headers: readonly (readonly [name: string, value: string])[];
  /** Names by which messages select the workload now. */
  services: readonly string[];
  /** What each header says about refs. */
  readings: readonly Reading[];
  /** For the workload as it is now; absent: none. */
  ref?: string;
  consumers: readonly Consumer[];
  /** Deployments of the consumers that handle it. */
  handledBy: readonly string[];
  summary: string;
  /** True: in steady state exactly one consumer handles it, and no mistake in the cluster changes that. */
  isClear: boolean;
  notes: readonly string[];
}

/** One header that may carry a ref. */
export interface Reading {
  header: string;
  /** Long values are cut. Absent: it cannot be read. */
  value?: string;
  says: string;
  /** Does the ref for this workload come from it? */
  decides: boolean;
}

/** The consumers of one Deployment. */
export interface Consumer {
  /** `namespace/name` */
  deployment: string;
  /** Absent: it is the base's. */
  env?: string;
  /** Absent: the base's, or those of a clone without `events`. */
  subscriber?: TracedSubscriber;
  /** Absent: its pods are not known. */
  pods?: { ready: number; wanted: number };
  /** `compete`: it takes messages of everybody from the base, at random. */
  action: 'handle' | 'skip' | 'compete';
  why: string;
}

export interface TracedSubscriber {
  name: string;
  ref: string;
  phase: Phase;
  incarnation: string;
  services: readonly string[];
  /** Of the message, by these Services; absent: none. */
  messageRef?: string;
  isBeingDeleted: boolean;
}
