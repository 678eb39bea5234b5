import type { EventsOptions } from '../../../api/dynamicenv.ts';
import type { Subscriber, SubscriberSpec } from '../../../api/subscriber.ts';
import { byText, jsonEqual } from '../../../k8s/canonical.ts';
import type { Deployment } from '../../../k8s/workload.ts';
import type { EnvContext } from '../context.ts';
import { isBeingDeleted, keep } from '../observed.ts';
import { podLabelsOf } from '../plan/base-labels.ts';
import type { Problem } from '../plan/host-plan.ts';
import { servicesOf } from '../plan/services.ts';
import type { EnvWorkload } from '../plan/workloads.ts';
import { type Carried, carriedBy, isForked } from './carried.ts';
import { portTaken, withEvents } from './clone.ts';
import { conflictOf } from './conflict.ts';
import { baseWarnings, competing, notOptedIn } from './opt-in.ts';
import { joiningStep, leavingStep, type Step } from './phases.ts';
import { newIncarnation, subscriberFor, subscriberName, subscriberOf } from './subscriber.ts';

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
  const carried = carriedBy(observed);
  if (events === undefined || ref === undefined) return plain(planned, base, carried);
  const parts: Parts = { entry, events, ref, base, planned, observed, carried, context };
  const name = subscriberName(context.env.metadata.name, entry.key);
  const own = subscriberFor(context.env.metadata.name, entry.key, context.observed);
  const conflict = conflictOf({ workload: entry.key, ref, name }, own, context.view.subscribers());
  if (conflict !== undefined) return withoutSubscriber(parts, conflict, conflict);
  const { deployment } = planned;
  if (deployment === undefined) return { ...planned, mustWait: false, events: NONE, warnings: [] };
  const refusal =
    planned.problem?.message ?? (base && notOptedIn(base)) ?? portTaken(deployment, events);
  if (refusal !== undefined && carried === undefined) return withoutSubscriber(parts, refusal);
  const spec = specOf(own, parts);
  const isOther = spec.ref !== ref;
  const isGone = observed === undefined || isBeingDeleted(observed);
  if (isOther || (isGone && own !== undefined && hasLeft(own, context))) {
    return withoutSubscriber(parts);
  }
  return joining(own, spec, refusal, parts);
}

interface Parts {
  entry: EnvWorkload;
  events: EventsOptions;
  ref: string;
  base: Deployment | undefined;
  planned: PlannedClone;
  observed: Deployment | undefined;
  carried: Carried | undefined;
  context: EnvContext;
}

const NONE: EventsPlan = { notes: [] };

/** A clone that consumes as its base does. One with an incarnation must go first: the rest of its messages is its own. */
function plain(
  planned: PlannedClone,
  base: Deployment | undefined,
  carried: Carried | undefined,
): ClonePlan {
  const warning = planned.deployment && base && competing(base);
  return {
    ...planned,
    mustWait: carried !== undefined && planned.problem === undefined,
    warnings: warning === undefined ? [] : [warning],
  };
}

/** No Subscriber is wanted now. A clone with an incarnation goes, none comes, and one without an incarnation stays as it is. */
function withoutSubscriber(
  { planned, observed, carried }: Parts,
  refusal?: string,
  conflict?: string,
): ClonePlan {
  const fresh = refusal === undefined ? planned.deployment : undefined;
  const deployment = observed === undefined ? fresh : keep(observed);
  const message = planned.problem?.message ?? refusal;
  return {
    ...(deployment === undefined ? {} : { deployment }),
    ...(message === undefined ? {} : { problem: problemOf(message) }),
    mustWait: observed === undefined || carried !== undefined,
    events: conflict === undefined ? NONE : { ...NONE, conflict },
    warnings: [],
  };
}

function problemOf(message: string): Problem {
  return { section: 'deployment', message };
}

/** The observed Subscriber's; if it was lost, what the clone's pods were told; else a new one. */
function specOf(
  own: Subscriber | undefined,
  { entry: { key }, ref, carried, planned, base, context }: Parts,
): SubscriberSpec {
  if (own !== undefined) return own.spec;
  return {
    workload: key,
    services: carried?.services ?? servicesNow(key, base, planned.deployment, context),
    ref: carried?.ref ?? ref,
    incarnation: carried?.incarnation ?? newIncarnation(context.env.metadata.uid, key, context.now),
    phase: 'Joining',
  };
}

/** Names by which requests and messages select the workload: as the Services are now. */
function servicesNow(
  key: string,
  base: Deployment | undefined,
  clone: Deployment | undefined,
  { view, config }: EnvContext,
): string[] {
  const [namespace = '', deployment = ''] = key.split('/');
  const labels = [podLabelsOf(base), podLabelsOf(clone)] as const;
  const asking = view.servicesAskingFor(namespace, ...labels);
  const names = servicesOf(asking, ...labels, config.clusterDomain).map(({ service }) => service);
  return names.length === 0 ? [deployment] : [...new Set(names)].sort(byText);
}

function hasLeft(own: Subscriber, { env, now }: EnvContext): boolean {
  return leavingStep(own, env.metadata.name, now).isOver;
}

/** The Subscriber is wanted. The clone gets its incarnation when it is seen: then no later answer can have another one. */
function joining(
  own: Subscriber | undefined,
  spec: SubscriberSpec,
  refusal: string | undefined,
  parts: Parts,
): ClonePlan {
  const { events, planned, observed, carried, base, context, entry } = parts;
  const env = context.env.metadata.name;
  const { settleSeconds } = context.config;
  const isKnown = own !== undefined || carried !== undefined;
  const step: Step =
    own === undefined
      ? { subscriber: subscriberOf(env, spec) }
      : joiningStep(own, isForked(observed, spec.incarnation), {
          env,
          settleSeconds,
          now: context.now,
        });
  const clone = planned.deployment as Deployment;
  const made =
    refusal !== undefined && observed !== undefined
      ? { deployment: keep(observed), replaced: [] }
      : isKnown
        ? withEvents(clone, spec, events)
        : { deployment: observed === undefined ? clone : keep(observed), replaced: [] };
  const isLost = own === undefined || isBeingDeleted(own);
  return {
    deployment: made.deployment,
    ...(refusal === undefined ? {} : { problem: problemOf(refusal) }),
    mustWait: observed === undefined && isLost,
    events: {
      ...step,
      notes: [
        ...made.replaced,
        ...(base === undefined || refusal !== undefined ? [] : baseWarnings(base)),
        ...servicesChanged(spec, servicesNow(entry.key, base, clone, context), base),
      ],
    },
    warnings: [],
  };
}

/** The names are fixed for an incarnation, since its messages are selected by them. */
function servicesChanged(
  { services }: SubscriberSpec,
  now: readonly string[],
  base: Deployment | undefined,
): string[] {
  if (base === undefined || jsonEqual([...services].sort(byText), now)) return [];
  return [
    `messages select it as ${services.join(', ')}, though its Services are now ${now.join(', ')}: suspend the env and resume it, and it takes the new names`,
  ];
}
