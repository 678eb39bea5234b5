import type { EventsOptions } from '../../../api/dynamicenv.ts';
import type { Deployment } from '../../../k8s/workload.ts';
import type { EnvContext } from '../context.ts';
import type { Problem } from '../plan/host-plan.ts';
import type { EnvWorkload } from '../plan/workloads.ts';
import type { Carried } from './carried.ts';
import type { Step } from './phases.ts';

/** What a workload's consumers are to have beside their clone. */
export interface EventsPlan extends Partial<Step> {
  /** Another env has the same ref on this workload. */
  conflict?: string;
  /** What is replaced in the clone, and what may surprise. */
  notes: readonly string[];
}

/** The wanted clone, or the present one if nothing better can be had; `problem`: why. */
export interface PlannedClone {
  deployment?: Deployment;
  problem?: Problem;
}

export interface ClonePlan extends PlannedClone {
  /** The clone has to go before it may come back; or it may not come yet. */
  mustWait: boolean;
  /** Absent: the workload is without `events`. */
  events?: EventsPlan;
  warnings: string[];
}

/** What is known of a workload with `events`. */
export interface EventsInput {
  entry: EnvWorkload;
  events: EventsOptions;
  ref: string;
  base: Deployment | undefined;
  /** The clone without `events`. */
  planned: PlannedClone;
  observed: Deployment | undefined;
  carried: Carried | undefined;
  context: EnvContext;
}
