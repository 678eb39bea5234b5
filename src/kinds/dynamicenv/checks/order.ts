import type { EnvInput } from '../gather.ts';
import type { Blocker, Check } from './check.ts';
import { configurationRefused } from './configuration.ts';
import { meshIndexMissing } from './mesh-index-missing.ts';
import { nameTaken } from './name-taken.ts';
import { notSent, routesNotSent } from './not-sent.ts';
import { specRefused } from './spec-refused.ts';
import { tooMuch } from './too-much.ts';
import { routesUnreadable, unreadable } from './unreadable.ts';

/**
 * Each check relies on the ones before it:
 * what is needed is known only from a valid spec; an object that was not sent is not known to be missing; one that cannot be read
 * is in none of the lists that are counted; without the configuration the workloads are not known; and only when the counts are low can plans be computed, which show a taken name.
 */
const SYNC_CHECKS: readonly Check[] = [
  specRefused,
  notSent,
  unreadable,
  meshIndexMissing,
  configurationRefused,
  tooMuch,
  nameTaken,
];

/** At removal only the routes must be seen, and VirtualServices have them. The spec does not matter any more. */
const REMOVAL_CHECKS: readonly Check[] = [routesNotSent, routesUnreadable];

/** Why a living env cannot be decided on now; undefined: it can. */
export function syncBlocker(input: EnvInput): Blocker | undefined {
  return firstOf(SYNC_CHECKS, input);
}

/** Why the removal of an env cannot go on now; undefined: it can, or the user asked not to wait. */
export function removalBlocker(input: EnvInput): Blocker | undefined {
  return input.lifecycle.force ? undefined : firstOf(REMOVAL_CHECKS, input);
}

function firstOf(checks: readonly Check[], input: EnvInput): Blocker | undefined {
  for (const check of checks) {
    const blocker = check(input);
    if (blocker !== undefined) return blocker;
  }
  return undefined;
}
