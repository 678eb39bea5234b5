import { FORCE_REMOVAL_ANNOTATION } from '../../../api/marks.ts';
import type { Subscriber } from '../../../api/subscriber.ts';
import { byText } from '../../../k8s/canonical.ts';
import { type Finding, yes } from '../../../k8s/condition.ts';
import { rfc3339, secondsLeft } from '../../../k8s/time.ts';
import type { EnvContext } from '../context.ts';
import { isBeingDeleted } from '../observed.ts';
import { stallLeft, stallSince } from './hold.ts';
import { STALL_SECONDS } from './times.ts';

export interface EventsStall {
  /** Absent: nothing is stalled. */
  finding?: Finding;
  /** Seconds until this may change by itself. */
  waits: number[];
}

/** The clones that cannot handle the rest of their messages, and Subscribers that somebody keeps from being deleted. */
export function eventsStall({ env, observed, now }: EnvContext): EventsStall {
  const context = { env: env.metadata.name, observed, now };
  const found = (observed.subscribers ?? []).map((own) => ({
    own,
    left: stallLeft(own, context),
    since: stallSince(own, context) ?? '',
  }));
  const stalled = found.filter(({ left }) => left > 0);
  const held = (observed.subscribers ?? []).filter(isBeingDeleted);
  const heldWaits = held.map(({ metadata }) =>
    secondsLeft(metadata.deletionTimestamp, STALL_SECONDS, now),
  );
  const stuck = held.filter((_, index) => heldWaits[index] === 0);
  const waits = [...stalled.map(({ left }) => left), ...heldWaits].filter((wait) => wait > 0);
  const messages = [
    ...stalled.map(({ own, since }) => remainText(own, since)),
    ...stuck.map(
      ({ metadata: { name, finalizers = [] } }) =>
        `Subscriber ${name} is being deleted, and its finalizers keep it: ${finalizers.join(', ')}; remove them`,
    ),
  ];
  if (messages.length === 0) return { waits };
  const text = `${messages.join('; ')}; annotation ${FORCE_REMOVAL_ANNOTATION}: "true" on this env skips the wait`;
  const [since] = stalled.map((one) => one.since).sort(byText);
  return { finding: { ...yes('MessagesRemain', text), ...(since && { since }) }, waits };
}

/** Kafka's own tool lists the lag; its groups are the base's names with the ref and the incarnation at the end. */
function remainText({ spec }: Subscriber, since: string): string {
  const { workload, ref, incarnation } = spec;
  const end = rfc3339(new Date(Date.parse(since) + STALL_SECONDS * 1000));
  return `no pod of the clone of ${workload} is available to handle the rest of its messages, and at ${end} it is deleted without: correct its pods until then; its consumer groups are called *.${ref}.${incarnation}, and kafka-consumer-groups.sh --describe --all-groups shows their lag`;
}
