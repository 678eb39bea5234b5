import { decide } from './decide.ts';
import { lease } from './lease.ts';
import { phases } from './phases.ts';
import { realDecide, realIsOwnLive, realLease } from './real-client.ts';
import { realPhases } from './real-phases.ts';
import type { Rules } from './rules.ts';

/** The order that loses nothing, with the product's own code where it decides. */
export const SPEC: Rules = {
  decide: realDecide,
  lease: { ...lease, ...realLease },
  phases: realPhases,
  fork: 'at the cursor of stable',
  forkOfAdded: 'at the beginning',
  forkReads: 'stable first',
  started: 'when all is forked and assigned',
  drain: 'all partitions',
  isOwnLive: realIsOwnLive,
  commit: 'what is decided',
  feedAge: 'since the start of the list',
  feedView: 'lists',
  metadataAgeMs: 30_000,
  areConsumersDisturbed: true,
};

/** The same by the model's own parts: the waits are exact, so a control loses within fewer trials. */
export const MODEL: Rules = { ...SPEC, decide, lease, phases: phases() };
