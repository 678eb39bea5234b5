import { type Desired, LEASE_MS, type Phases, type Seen, type Subscriber } from './rules.ts';

const SETTLE_MS = 5_000;
const WAIT_MS = LEASE_MS + 5_000;
const GIVE_UP_MS = 120_000;

interface Parts {
  /** How long Leaving must have been observed. */
  waitMs: number;
  waitFrom: 'the first sync that observes Leaving' | 'the sync that sets Leaving';
  /** An env that is wanted again while it leaves: it goes on at once, or it leaves and comes as a new incarnation. */
  wantedAgain: 'leaves first' | 'is live again';
  /** What a Subscriber in phase Joining does when the env is not wanted any more. */
  joining: 'leaves like others' | 'goes at once';
  incarnation: 'new each time' | 'one for ever';
}

const PARTS: Parts = {
  waitMs: WAIT_MS,
  waitFrom: 'the first sync that observes Leaving',
  wantedAgain: 'leaves first',
  joining: 'leaves like others',
  incarnation: 'new each time',
};

/** The order in which an env's consumer comes and goes. */
export function phases(changed: Partial<Parts> = {}): Phases {
  const parts = { ...PARTS, ...changed };
  return {
    next(seen, fresh) {
      const { subscriber } = seen;
      if (subscriber === undefined) return withoutSubscriber(seen, fresh, parts);
      if (subscriber.phase === 'Leaving') return leaving(seen, subscriber, parts);
      if (seen.isWanted) return wanted(seen, subscriber);
      if (subscriber.phase === 'Joining' && parts.joining === 'goes at once') return gone(seen);
      return leaves(seen, subscriber, parts);
    },
  };
}

const kept = ({ incarnation }: Subscriber) => ({ clone: { incarnation } });

function gone({ clone, subscriber }: Seen): Desired {
  return { subscriber: clone === undefined ? undefined : subscriber, clone: undefined };
}

function withoutSubscriber(
  { isWanted, clone }: Seen,
  fresh: Pick<Subscriber, 'ref' | 'services' | 'incarnation'>,
  parts: Parts,
): Desired {
  if (!isWanted || clone !== undefined) return { subscriber: undefined, clone: undefined };
  const incarnation = parts.incarnation === 'one for ever' ? fresh.ref : fresh.incarnation;
  return {
    subscriber: {
      ...fresh,
      incarnation,
      phase: 'Joining',
      availableSince: undefined,
      leavingSince: undefined,
    },
    clone: undefined,
  };
}

function wanted({ clone, now }: Seen, subscriber: Subscriber): Desired {
  if (subscriber.phase === 'Live') return { subscriber, ...kept(subscriber) };
  const isAvailable =
    clone?.isAvailable && clone.isUpdated && clone.incarnation === subscriber.incarnation;
  if (!isAvailable)
    return { subscriber: { ...subscriber, availableSince: undefined }, ...kept(subscriber) };
  const availableSince = subscriber.availableSince ?? now;
  const phase = now - availableSince >= SETTLE_MS ? 'Live' : 'Joining';
  return { subscriber: { ...subscriber, availableSince, phase }, ...kept(subscriber) };
}

function leaves({ clone, now }: Seen, subscriber: Subscriber, { waitFrom }: Parts): Desired {
  const leavingSince = waitFrom === 'the sync that sets Leaving' ? now : undefined;
  return {
    subscriber: { ...subscriber, phase: 'Leaving', leavingSince },
    clone: clone === undefined ? undefined : kept(subscriber).clone,
  };
}

function leaving(seen: Seen, subscriber: Subscriber, parts: Parts): Desired {
  const { clone, now, isWanted } = seen;
  if (clone === undefined) return gone(seen);
  if (isWanted && parts.wantedAgain === 'is live again')
    return {
      subscriber: { ...subscriber, phase: 'Live', leavingSince: undefined },
      ...kept(subscriber),
    };
  const leavingSince = subscriber.leavingSince ?? now;
  const waited = now - leavingSince;
  if (waited >= parts.waitMs + GIVE_UP_MS && !clone.isAvailable)
    return { ...gone(seen), isGivenUp: true };
  if (waited >= parts.waitMs && clone.isAvailable) return gone(seen);
  return { subscriber: { ...subscriber, leavingSince }, ...kept(subscriber) };
}
