import { DRAINING_ANNOTATION } from '../../../api/marks.ts';
import type { Subscriber } from '../../../api/subscriber.ts';
import { secondsLeft } from '../../../k8s/time.ts';
import type { Deployment } from '../../../k8s/workload.ts';
import type { Departure, DepartureContext } from '../lifecycle/departure.ts';
import { childKey, keep, type Observed, withAnnotation } from '../observed.ts';
import { cloneName } from '../plan/names.ts';
import { carriedBy, hasPods } from './carried.ts';
import { leavingStep, overSince, wasAvailable } from './phases.ts';
import { subscriberOf } from './subscriber.ts';
import { STALL_SECONDS } from './times.ts';

type Context = Pick<DepartureContext, 'env' | 'observed' | 'now' | 'force'>;

/** The clone of a Subscriber's workload. */
export function cloneOf(
  { spec: { workload } }: Subscriber,
  env: string,
  { deployments }: Pick<Observed, 'deployments'>,
): Deployment | undefined {
  const [namespace, name = ''] = workload.split('/');
  const clone = cloneName(name, env);
  return deployments.find(
    ({ metadata }) => metadata.name === clone && metadata.namespace === namespace,
  );
}

/** A clone that is being removed stays, whatever became of its routes, until nobody leaves messages to it any more. */
export function heldForMessages(
  clone: Deployment,
  departure: Departure,
  context: Context,
): Departure {
  if (context.force) return departure;
  const held = holdOf(clone, context);
  if (held === undefined) return departure;
  const waits = [departure.wait, held.wait].filter((wait) => wait !== undefined);
  return {
    child: departure.child ?? stillDraining(clone),
    ...(waits.length === 0 ? {} : { wait: Math.min(...waits) }),
  };
}

/** Its drain goes on, or is over: it does not begin again. */
function stillDraining(clone: Deployment): Deployment {
  const since = clone.metadata.annotations?.[DRAINING_ANNOTATION];
  return since === undefined
    ? keep(clone)
    : withAnnotation(keep(clone), DRAINING_ANNOTATION, since);
}

function holdOf(clone: Deployment, { env, observed, now }: Context): { wait?: number } | undefined {
  const own = (observed.subscribers ?? []).find((one) => cloneOf(one, env, observed) === clone);
  // A lost Subscriber is made again, so that the wait can be counted.
  if (own === undefined) return lostSubscriber(clone, env) === undefined ? undefined : {};
  const { incarnation = own.spec.incarnation } = carriedBy(clone) ?? {};
  // One of the two is seen as it was before: the wait of other consumers says nothing about these.
  if (incarnation !== own.spec.incarnation) return {};
  const { isOver, wait } = leavingStep(own, env, now);
  if (!isOver) return wait === undefined ? {} : { wait };
  const stall = stallLeft(own, { env, observed, now });
  return stall > 0 ? { wait: stall } : undefined;
}

/**
 * Seconds for which a clone still waits for a pod: none is available to handle the rest of the messages, though the wait of its Subscriber is
 * over. 0: it does not wait. One that never was available has no messages of its own.
 */
export function stallLeft(
  own: Subscriber,
  context: Pick<Context, 'env' | 'observed' | 'now'>,
): number {
  const since = stallSince(own, context);
  return since === undefined ? 0 : secondsLeft(since, STALL_SECONDS, context.now);
}

/** Since when (RFC 3339) such a clone waits; undefined: it does not. */
export function stallSince(
  own: Subscriber,
  { env, observed, now }: Pick<Context, 'env' | 'observed' | 'now'>,
): string | undefined {
  const clone = cloneOf(own, env, observed);
  if (clone === undefined || hasPods(clone) || !wasAvailable(own)) return undefined;
  return overSince(own, env, now);
}

/** Each with what to answer for it. `wanted`: keys (`childKey`) of the Subscribers that stay. */
export function departingSubscribers(
  wanted: ReadonlySet<string>,
  context: Context,
): { key: string; departure: Departure }[] {
  const { env, observed } = context;
  const present = observed.subscribers ?? [];
  const lost = observed.deployments
    .flatMap((clone) => lostSubscriber(clone, env) ?? [])
    .filter((one) => !present.some(({ metadata }) => metadata.name === one.metadata.name));
  return [...present, ...(context.force ? [] : lost)]
    .filter((one) => !wanted.has(childKey(one)))
    .map((one) => ({ key: childKey(one), departure: subscriberDeparture(one, context) }));
}

/** It stays until the clone is gone, so that its incarnation is known, and goes with the last one that had it. */
function subscriberDeparture(own: Subscriber, { env, observed, now, force }: Context): Departure {
  if (force) return {};
  const { subscriber, isOver, wait } = leavingStep(own, env, now);
  const isCarried = carriedBy(cloneOf(own, env, observed)) !== undefined;
  if (isOver && !isCarried) return {};
  return { child: subscriber, ...(wait === undefined ? {} : { wait }) };
}

/** The Subscriber of a clone with an incarnation, made again from what its pods were told. It may be there, too. */
function lostSubscriber(clone: Deployment, env: string): Subscriber | undefined {
  const { incarnation, workload, ref, services = [] } = carriedBy(clone) ?? {};
  // What is missing was edited away, and cannot be known.
  if (incarnation === undefined || workload === undefined || ref === undefined) return undefined;
  const [, deployment = ''] = workload.split('/');
  const spec = {
    workload,
    services: services.length === 0 ? [deployment] : services,
    ref,
    incarnation,
    // Nobody has seen it Leaving yet.
    phase: 'Joining' as const,
  };
  const lost = subscriberOf(env, spec);
  return cloneOf(lost, env, { deployments: [clone] }) === undefined ? undefined : lost;
}
