import type { ConditionType, DynamicEnvStatus } from '../../../api/dynamicenv.ts';
import { FORCE_REMOVAL_ANNOTATION } from '../../../api/marks.ts';
import { condition, type Finding, no, yes } from '../../../k8s/condition.ts';
import type { KubeObject } from '../../../k8s/object.ts';
import { rfc3339, secondsLeft } from '../../../k8s/time.ts';
import type { Blocker } from '../checks/check.ts';
import type { EnvContext } from '../context.ts';
import { LEAVING_SECONDS } from '../events/times.ts';
import { allChildren } from '../observed.ts';
import { departingWorkloads } from './departing-workloads.ts';
import { findStall, type Stall } from './stall.ts';

/** A removal that nothing holds up takes the drain time (with events, the longer one of the two waits), and at most so many seconds more. */
const UNHINDERED_SECONDS = 5;
const STILL_TO_GO = 'still to go: ';
export const UNHINDERED =
  'first the routes are removed, then the clones and rules that they led to';
/** At most this many children are named; the others are counted. */
const MAX_NAMED = 3;

/**
 * The status of an env that is being deleted. While the removal takes no longer than expected, the message stays the same: each
 * write of the status causes another sync, so that deleting many envs would take three syncs for each. After that, the message
 * names what is left.
 * No time is taken over from the previous status: a sync may see a status that is one write behind, and two times would replace
 * each other for ever. Once the message names what is left, it goes on doing so: a replica whose clock is behind would
 * change it back, and the two would overwrite each other.
 */
export function removalStatus(
  context: EnvContext,
  blocker?: Pick<Blocker, 'reason' | 'messages'>,
): { status: DynamicEnvStatus; wait?: number } {
  const { env, now } = context;
  const { generation, deletionTimestamp = rfc3339(now) } = env.metadata;
  const previous = env.status;
  const stall = blocker === undefined ? findStall(context) : heldUp(blocker);
  const namesLeft = ready(previous)?.message?.startsWith(STILL_TO_GO) === true;
  const unhindered = namesLeft
    ? 0
    : secondsLeft(deletionTimestamp, expectedSeconds(context) + UNHINDERED_SECONDS, now);
  const { message, ...left } = unhindered > 0 ? { message: UNHINDERED } : whatIsLeft(context);
  const write = (type: ConditionType, finding: Finding) =>
    condition(type, { since: deletionTimestamp, ...finding }, undefined, generation, now);
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
        write(
          'WorkloadsReady',
          no('Removing', 'the clones are deleted when no request is routed to them'),
        ),
        write('RoutesInjected', no('Removing', 'the routes are removed first')),
        write('Guarded', { ...no('Removing', 'no longer checked'), status: 'unknown' }),
        write('Conflicting', no('Removing', 'an env that is being removed takes no requests')),
        write('Reconciling', yes('Removing', message)),
        write('Stalled', stall.finding),
      ],
    },
    ...(waits.length === 0 ? {} : { wait: Math.min(...waits) }),
  };
}

/** The clones' drain and the wait of the Subscribers go on at the same time. */
function expectedSeconds({ observed, config }: EnvContext): number {
  const { subscribers = [] } = observed;
  return Math.max(config.drainSeconds, subscribers.length === 0 ? 0 : LEAVING_SECONDS);
}

function ready(status: DynamicEnvStatus | undefined) {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** The routes cannot be seen: no clone and no rule is deleted, since a route may still lead to it. */
export function heldUp({ reason, messages }: Pick<Blocker, 'reason' | 'messages'>): Stall {
  const advice = `annotation ${FORCE_REMOVAL_ANNOTATION}: "true" on this env skips the wait`;
  return { finding: yes(reason, `${messages.join('; ')}; ${advice}`) };
}

function whatIsLeft(context: EnvContext) {
  const left = allChildren(context.observed).map(nameOf);
  const more = left.length - MAX_NAMED;
  const named = left.slice(0, MAX_NAMED).join(', ');
  const message = `${STILL_TO_GO}${named || 'nothing'}${more > 0 ? ` and ${more} more` : ''}`;
  return { message, ...departingWorkloads(context) };
}

function nameOf({ kind, metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
