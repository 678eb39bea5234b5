import { AVAILABLE_ANNOTATION, LEAVING_ANNOTATION } from '../../../src/api/marks.ts';
import type { Subscriber as StoredSubscriber } from '../../../src/api/subscriber.ts';
import { secondsLeft } from '../../../src/k8s/time.ts';
import {
  isLeaving,
  joiningStep,
  leavingStep,
  overSince,
  wasAvailable,
} from '../../../src/kinds/dynamicenv/events/phases.ts';
import { subscriberOf } from '../../../src/kinds/dynamicenv/events/subscriber.ts';
import { STALL_SECONDS } from '../../../src/kinds/dynamicenv/events/times.ts';
import type { Desired, Phases, Seen, Subscriber } from './rules.ts';

const ENV = 'env';
const WORKLOAD = 'shop/order-service';
/** The simulated time begins then: the product's times are dates. */
const BEGIN = Date.parse('2026-01-01T00:00:00Z');

/** The steps of the product; the plan around them is written again here, since it needs a whole cluster. */
export const realPhases: Phases = {
  next(seen, fresh) {
    const { subscriber } = seen;
    const own = subscriber && storedOf(subscriber);
    const now = new Date(BEGIN + seen.now);
    if (own === undefined) return begin(seen, fresh);
    return seen.isWanted && !isLeaving(own) ? join(seen, own, now) : leave(seen, own, now);
  },
};

function begin({ isWanted, clone }: Seen, fresh: Parameters<Phases['next']>[1]): Desired {
  if (!isWanted || clone !== undefined) return { subscriber: undefined, clone: undefined };
  const times = { availableSince: undefined, leavingSince: undefined };
  return { subscriber: { ...fresh, phase: 'Joining', ...times }, clone: undefined };
}

function join({ clone }: Seen, own: StoredSubscriber, now: Date): Desired {
  const { incarnation } = own.spec;
  const isForked =
    Boolean(clone?.isAvailable && clone.isUpdated) && clone?.incarnation === incarnation;
  const step = joiningStep(own, isForked, { env: ENV, settleSeconds: 5, now });
  return { subscriber: plainOf(step.subscriber), clone: { incarnation } };
}

function leave({ clone }: Seen, own: StoredSubscriber, now: Date): Desired {
  const { subscriber, isOver } = leavingStep(own, ENV, now);
  const stays = { subscriber: plainOf(subscriber), clone: clone && own.spec };
  if (!isOver) return stays;
  if (clone === undefined) return { subscriber: undefined, clone: undefined };
  if (clone.isAvailable || !wasAvailable(own)) return { ...stays, clone: undefined };
  if (secondsLeft(overSince(own, ENV, now), STALL_SECONDS, now) > 0) return stays;
  return { ...stays, clone: undefined, isGivenUp: true };
}

/** Name and labels are the same for all: they take a hash. */
const PLAIN = subscriberOf(ENV, {
  workload: WORKLOAD,
  services: [],
  ref: 'mp-101',
  incarnation: '',
  phase: 'Joining',
});

function storedOf(subscriber: Subscriber): StoredSubscriber {
  const { availableSince, leavingSince, services, ...spec } = subscriber;
  const stored = { ...PLAIN, spec: { workload: WORKLOAD, ...spec, services: [...services] } };
  const annotations = {
    ...stored.metadata.annotations,
    ...(availableSince === undefined ? {} : { [AVAILABLE_ANNOTATION]: textOf(availableSince) }),
    ...(leavingSince === undefined ? {} : { [LEAVING_ANNOTATION]: textOf(leavingSince) }),
  };
  return { ...stored, metadata: { ...stored.metadata, annotations } };
}

function plainOf({ spec, metadata }: StoredSubscriber): Subscriber {
  const { services, ref, incarnation, phase } = spec;
  return {
    ref,
    services,
    incarnation,
    phase,
    availableSince: timeOf(metadata.annotations?.[AVAILABLE_ANNOTATION]),
    leavingSince: timeOf(metadata.annotations?.[LEAVING_ANNOTATION]),
  };
}

const textOf = (time: number) => new Date(BEGIN + time).toISOString();
const timeOf = (text: string | undefined) =>
  text === undefined ? undefined : Date.parse(text) - BEGIN;
