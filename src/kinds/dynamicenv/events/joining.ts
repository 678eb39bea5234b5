import type { Subscriber, SubscriberSpec } from '../../../api/subscriber.ts';
import { byText, jsonEqual } from '../../../k8s/canonical.ts';
import { type Deployment, rolledOutSince } from '../../../k8s/workload.ts';
import { isBeingDeleted, keep } from '../observed.ts';
import { podLabelsOf } from '../plan/base-labels.ts';
import { asServiceName, servicesOf } from '../plan/services.ts';
import { isForked } from './carried.ts';
import { type EventsClone, withEvents } from './clone.ts';
import { baseWarnings } from './opt-in.ts';
import { joiningStep, type Step } from './phases.ts';
import { newIncarnation, subscriberOf } from './subscriber.ts';
import type { ClonePlan, EventsInput } from './types.ts';

/** The observed Subscriber's; if it was lost, what the clone's pods were told; else a new one. */
export function specOf(own: Subscriber | undefined, input: EventsInput): SubscriberSpec {
  if (own !== undefined) return own.spec;
  const { entry, ref, carried, context } = input;
  const { uid } = context.env.metadata;
  return {
    workload: entry.key,
    services: carried?.services ?? servicesNow(input),
    ref: carried?.ref ?? ref,
    incarnation: carried?.incarnation ?? newIncarnation(uid, entry.key, context.now),
    phase: 'Joining',
  };
}

/** Names by which requests and messages select the workload: as the Services are now. */
function servicesNow({ entry, base, planned, context }: EventsInput): string[] {
  const { namespace, name } = entry.workload;
  const labels = [podLabelsOf(base), podLabelsOf(planned.deployment)] as const;
  const asking = context.view.servicesAskingFor(namespace, ...labels);
  const found = servicesOf(asking, ...labels, context.config.clusterDomain);
  const names = new Set(found.map(({ service }) => service));
  return names.size === 0 ? [asServiceName(name)] : [...names].sort(byText);
}

/**
 * The plan of a workload whose Subscriber is wanted. The clone gets the incarnation when the Subscriber is seen: then no later answer can
 * have another one. `refusal`: why the clone has to stay as it is.
 */
export function joining(
  own: Subscriber | undefined,
  spec: SubscriberSpec,
  clone: Deployment,
  refusal: string | undefined,
  input: EventsInput,
): ClonePlan {
  const { deployment, replaced } = cloneOf(own, spec, clone, refusal, input);
  return {
    deployment,
    ...(refusal === undefined ? {} : { problem: { section: 'deployment', message: refusal } }),
    mustWait: input.observed === undefined && (own === undefined || isBeingDeleted(own)),
    events: {
      ...stepOf(own, spec, input),
      notes: [...replaced, ...(refusal === undefined ? surprises(spec, input) : [])],
    },
    warnings: [],
  };
}

function stepOf(
  own: Subscriber | undefined,
  spec: SubscriberSpec,
  { observed, context }: EventsInput,
): Step {
  const env = context.env.metadata.name;
  if (own === undefined) return { subscriber: subscriberOf(env, spec) };
  const { settleSeconds } = context.config;
  const isAvailable = isForked(observed, spec.incarnation);
  const since = observed && rolledOutSince(observed);
  return joiningStep(own, isAvailable, { env, settleSeconds, now: context.now, since });
}

function cloneOf(
  own: Subscriber | undefined,
  spec: SubscriberSpec,
  clone: Deployment,
  refusal: string | undefined,
  { events, observed, carried }: EventsInput,
): EventsClone {
  const isReal = own !== undefined || carried !== undefined;
  if (observed !== undefined && (refusal !== undefined || !isReal)) {
    return { deployment: keep(observed), replaced: [] };
  }
  return withEvents(clone, spec, events);
}

function surprises(spec: SubscriberSpec, input: EventsInput): string[] {
  if (input.base === undefined) return [];
  return [
    ...baseWarnings(input.base),
    ...otherName(spec, input.entry.workload.name),
    ...servicesChanged(spec, servicesNow(input)),
  ];
}

function otherName({ services }: SubscriberSpec, deployment: string): string[] {
  const name = asServiceName(deployment);
  if (name === deployment || !services.includes(name)) return [];
  return [
    `no Service selects its pods, and its name cannot be one of a Service: messages select it as ${name}`,
  ];
}

/** The names are fixed for an incarnation, since its messages are selected by them. */
function servicesChanged({ services }: SubscriberSpec, now: readonly string[]): string[] {
  if (jsonEqual([...services].sort(byText), now)) return [];
  return [
    `messages select it as ${services.join(', ')}, though its Services are now ${now.join(', ')}: suspend the env and resume it, and it takes the new names`,
  ];
}
