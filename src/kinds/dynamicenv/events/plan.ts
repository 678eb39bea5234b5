import type { Deployment } from '../../../k8s/workload.ts';
import type { EnvContext } from '../context.ts';
import { keep } from '../observed.ts';
import type { EnvWorkload } from '../plan/workloads.ts';
import { carriedBy } from './carried.ts';
import { portTaken } from './clone.ts';
import { conflictOf, nameTaken } from './conflict.ts';
import { joining, specOf } from './joining.ts';
import { competing, notOptedIn } from './opt-in.ts';
import { isLeaving } from './phases.ts';
import { subscriberFor, subscriberName } from './subscriber.ts';
import type { ClonePlan, EventsInput, EventsPlan, PlannedClone } from './types.ts';

/** What `events` of a workload makes of its clone. `planned`: the clone without it. */
export function planEvents(
  entry: EnvWorkload,
  base: Deployment | undefined,
  planned: PlannedClone,
  observed: Deployment | undefined,
  context: EnvContext,
): ClonePlan {
  const { events } = entry.workload;
  const { ref } = context.env.spec;
  const input = { entry, base, planned, observed, carried: carriedBy(observed), context };
  return events === undefined || ref === undefined
    ? plain(input)
    : planSubscriber({ ...input, events, ref });
}

const NONE: EventsPlan = { notes: [] };

/** A clone that consumes as its base does. One with an incarnation must go first: the rest of its messages is its own. */
function plain({ planned, base, carried }: Omit<EventsInput, 'events' | 'ref'>): ClonePlan {
  const warning = planned.deployment && base && competing(base);
  return {
    ...planned,
    mustWait: carried !== undefined && planned.problem === undefined,
    warnings: warning === undefined ? [] : [warning],
  };
}

function planSubscriber(input: EventsInput): ClonePlan {
  const { entry, ref, planned, carried, context } = input;
  const env = context.env.metadata.name;
  const own = subscriberFor(env, entry.key, context.observed);
  const id = { workload: entry.key, ref, name: subscriberName(env, entry.key) };
  const others = context.view.subscribers();
  const conflict = conflictOf(id, own, others);
  if (conflict !== undefined) return withoutSubscriber(input, conflict, conflict);
  const taken = own === undefined ? nameTaken(id.name, context.env, others) : undefined;
  if (taken !== undefined) return withoutSubscriber(input, taken);
  const { deployment } = planned;
  if (deployment === undefined) return { ...planned, mustWait: false, events: NONE, warnings: [] };
  const refusal = refusalOf(deployment, input);
  if (refusal !== undefined && carried === undefined) return withoutSubscriber(input, refusal);
  const spec = specOf(own, input);
  return spec.ref !== ref || (own !== undefined && isLeaving(own))
    ? withoutSubscriber(input)
    : joining(own, spec, deployment, refusal, input);
}

/** Why no clone with `events` can be made now. */
function refusalOf(clone: Deployment, { planned, base, events }: EventsInput): string | undefined {
  return planned.problem?.message ?? (base && notOptedIn(base)) ?? portTaken(clone, events);
}

/** No Subscriber is wanted now. A clone with an incarnation goes, none comes, and one without an incarnation stays as it is. */
function withoutSubscriber(
  { planned, observed, carried }: EventsInput,
  refusal?: string,
  conflict?: string,
): ClonePlan {
  const fresh = refusal === undefined ? planned.deployment : undefined;
  const deployment = observed === undefined ? fresh : keep(observed);
  const message = planned.problem?.message ?? refusal;
  return {
    ...(deployment === undefined ? {} : { deployment }),
    ...(message === undefined ? {} : { problem: { section: 'deployment', message } }),
    mustWait: observed === undefined || carried !== undefined,
    events: conflict === undefined ? NONE : { ...NONE, conflict },
    warnings: [],
  };
}
