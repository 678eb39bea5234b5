import type { ConditionType, DynamicEnvStatus } from '../../../api/dynamicenv.ts';
import { FORCE_REMOVAL_ANNOTATION } from '../../../api/marks.ts';
import type { KubeObject } from '../../../k8s/object.ts';
import { rfc3339, secondsLeft } from '../../../k8s/time.ts';
import type { Undecided } from '../lifecycle/undecided.ts';
import { allChildren } from '../observed.ts';
import { condition, type Verdict } from './conditions.ts';
import type { StatusContext } from './context.ts';
import { leavingWorkloads } from './leaving-workloads.ts';
import { findStall, type Stall } from './stall.ts';
import { no, yes } from './verdicts.ts';

/** Beside the drain time, so many seconds are enough for a removal that nothing holds up. */
const UNHINDERED_SECONDS = 5;
const STILL_TO_GO = 'still to go: ';
const UNHINDERED = 'the routes go first, then what they led to';
/** So many of what is left are named; the others are counted. */
const MAX_NAMED = 3;

/**
 * The status of an env that is being deleted. While it goes as it should, one text is enough: each write of it brings a
 * sync of its own, and who deletes many envs would wait for three of each. What is left is told when it takes longer.
 * Nothing in its times is remembered: a sync may see a status that is one write behind, and two memories would replace
 * one another for ever. What is left, once told, is told on: a replica whose clock is behind would take it back, and each
 * of the two writes bring the other.
 */
export function removalStatus(
  context: StatusContext,
  unknown?: Pick<Undecided, 'reason' | 'messages'>,
): { status: DynamicEnvStatus; wait?: number } {
  const { env, config, now } = context;
  const { generation, deletionTimestamp = rfc3339(now) } = env.metadata;
  const previous = env.status;
  const stall = unknown === undefined ? findStall(context) : heldUp(unknown);
  const isCompiled = ready(previous)?.message?.startsWith(STILL_TO_GO) === true;
  const unhindered = isCompiled
    ? 0
    : secondsLeft(deletionTimestamp, config.drainSeconds + UNHINDERED_SECONDS, now);
  const { message, ...left } = unhindered > 0 ? { message: UNHINDERED } : whatIsLeft(context);
  const write = (type: ConditionType, verdict: Verdict) =>
    condition(type, { since: deletionTimestamp, ...verdict }, undefined, generation, now);
  const waits = [unhindered, stall.wait ?? 0].filter((wait) => wait > 0);
  return {
    status: {
      state: 'processing',
      totalCount: previous?.totalCount ?? 0,
      totalReady: 0,
      ...(previous?.match === undefined ? {} : { match: previous.match }),
      ...left,
      conditions: [
        write('Ready', no('Removing', message)),
        write('WorkloadsReady', no('Removing', 'the clones go when no request is led to them')),
        write('RoutesInjected', no('Removing', 'the routes are taken out first')),
        write('Guarded', { ...no('Removing', 'no longer looked at'), status: 'unknown' }),
        write('Conflicting', no('Removing', 'an env on its way out takes no requests')),
        write('Reconciling', yes('Removing', message)),
        write('Stalled', stall.verdict),
      ],
    },
    ...(waits.length === 0 ? {} : { wait: Math.min(...waits) }),
  };
}

function ready(status: DynamicEnvStatus | undefined) {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** The routes cannot be seen: nothing is taken out from under them. */
function heldUp({ reason, messages }: Pick<Undecided, 'reason' | 'messages'>): Stall {
  const advice = `annotation ${FORCE_REMOVAL_ANNOTATION}: "true" on this env skips the wait`;
  return { verdict: yes(reason, `${messages.join('; ')}; ${advice}`) };
}

function whatIsLeft(context: StatusContext) {
  const left = allChildren(context.observed).map(nameOf);
  const more = left.length - MAX_NAMED;
  const named = left.slice(0, MAX_NAMED).join(', ');
  const message = `${STILL_TO_GO}${named || 'nothing'}${more > 0 ? ` and ${more} more` : ''}`;
  return { message, ...leavingWorkloads(context) };
}

function nameOf({ kind, metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
