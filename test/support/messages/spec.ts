import { decide } from './decide.ts';
import { lease } from './lease.ts';
import { phases } from './phases.ts';
import type { Rules } from './rules.ts';

/** The order that loses nothing. */
export const SPEC: Rules = {
  decide,
  lease,
  phases: phases(),
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
