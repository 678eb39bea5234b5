import { lease } from './lease.ts';
import { realDecide, realLease } from './real-client.ts';
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
  drainAsksFor: 'incarnation',
  commit: 'what is decided',
  feedAge: 'since the start of the list',
  feedView: 'lists',
  metadataAgeMs: 30_000,
  areConsumersDisturbed: true,
};
