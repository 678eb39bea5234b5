import type { EventsStatus } from '../../../api/dynamicenv.ts';
import type { Subscriber } from '../../../api/subscriber.ts';
import type { EnvContext } from '../context.ts';
import type { WorkloadPlan } from '../plan/workload-plan.ts';
import { carriedBy } from './carried.ts';
import { subscriberFor } from './subscriber.ts';
import type { EventsPlan } from './types.ts';

/** How far the events of a workload are. */
export interface EventsReport {
  status: { events?: EventsStatus };
  report: { pendingEvents?: string };
}

/** From what the cluster shows. Without a Subscriber there is no phase yet. */
export function eventsReport(plan: WorkloadPlan, { env, observed }: EnvContext): EventsReport {
  const own = subscriberFor(env.metadata.name, plan.key, observed);
  const { events } = plan;
  if (events === undefined) {
    return { status: own === undefined ? {} : { events: eventsStatus(own) }, report: {} };
  }
  const isLive = own?.spec.phase === 'Live' && events.subscriber !== undefined;
  const pending = isLive ? undefined : pendingText(own, events, plan);
  const message = [...(pending === undefined ? [] : [pending]), ...events.notes].join('; ');
  return {
    status: own === undefined ? {} : { events: eventsStatus(own, message) },
    report: pending === undefined ? {} : { pendingEvents: pending },
  };
}

export function eventsStatus({ spec }: Subscriber, message = ''): EventsStatus {
  const { phase, incarnation } = spec;
  return { phase, incarnation, ...(message === '' ? {} : { message }) };
}

const BASE_HANDLES = "the base's consumers handle its messages";

function pendingText(
  own: Subscriber | undefined,
  { subscriber, wait, conflict }: EventsPlan,
  { observed }: WorkloadPlan,
): string {
  if (conflict !== undefined) return conflict;
  if (own === undefined) return `its consumers begin; until then ${BASE_HANDLES}`;
  if (subscriber === undefined) {
    return `its consumers of incarnation ${own.spec.incarnation} leave, which cannot be taken back; others begin when they are gone, and until then ${BASE_HANDLES}`;
  }
  if (wait !== undefined) return 'all its consumers are ready, and take over in a moment';
  const starting =
    carriedBy(observed) === undefined
      ? 'its consumers are about to start'
      : 'it waits until its pods are started, which they are when every topic is assigned to them: if that takes long, see their logs for missing rights or topics';
  return `${starting}; until then ${BASE_HANDLES}`;
}
